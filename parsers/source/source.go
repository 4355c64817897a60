// Package source is the vocabulary of everything that reads templates: values
// that know where they were written and which resources flowed into them.
//
// It promises that nothing is guessed. A value that deployment alone would
// decide is Unknown, and an Unknown still holds every reference, every piece of
// text and every alternative that can be seen in the template.
package source

import "fmt"

// Ref is a mention of a resource. Address names it; Attribute says what of it
// was asked for: "Arn" or "Outputs.Url" in CloudFormation, "arn" in Terraform,
// "" for a plain Ref. Where Import is set the mention is of another stack's
// export of that name, and Address is empty.
type Ref struct {
	Address   string
	Attribute string
	Import    string
	At        Location
}

// Part is one piece of a text: known text, a mention of a resource, or (Ref nil,
// Text empty) something unknown. A mention may be known text as well: the name
// that the template gives the resource.
type Part struct {
	Text string
	Ref  *Ref
	Expr string // what is unknown, as its author would write it: "AWS::Region", "var.env"
	At   Location

	// In is the scalar that the piece was written in and Start the byte at which
	// the piece begins in the scalar's decoded text, so that a position inside
	// the piece can be found again. In is nowhere for a piece that was computed.
	// Where In is as many bytes long as Text, the text stands there as it is.
	In    Location
	Start int
}

// Severity says how much a Problem or a finding matters, from the least.
type Severity uint8

const (
	Note    Severity = iota // worth knowing
	Warning                 // will hurt in production
	Error                   // fails at deployment, or loses data, money or safety
)

// String is the word that every output uses.
func (s Severity) String() string { return [...]string{"note", "warning", "error"}[s] }

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Problem is something that could not be read. What else was read stays valid.
//
// An Error means that something which was asked for was not analysed; a Warning
// that the template is probably not what its author meant; a Note that
// something which the template mentions is not there.
type Problem struct {
	Severity Severity
	Summary  string
	At       Location
}

// String is file:line:column: severity: summary, without a place that is nowhere.
func (p Problem) String() string {
	if p.At.File() == "" {
		return fmt.Sprintf("%s: %s", p.Severity, p.Summary)
	}
	return fmt.Sprintf("%s: %s: %s", p.At, p.Severity, p.Summary)
}

// Resource is one resource that a stack declares.
type Resource struct {
	// Address is unique in the system: "Orders" in CloudFormation,
	// `module.api.aws_lambda_function.orders["eu"]` in Terraform, "Nested/Orders"
	// in a nested stack. The id of a resource that SAM generates with a hash ends
	// in "~".
	Address    string
	Type       string // as written: "AWS::SQS::Queue", "aws_sqs_queue"
	Properties Value
	Metadata   Value
	Attributes Value      // CloudFormation: all that the resource says beside its Properties (DependsOn, Connectors, …), a Map
	If         Guard      // when it exists
	Uncertain  bool       // how many of it there are is unknown (count, for_each, Fn::ForEach)
	At         Location   // its name: one line
	Body       Location   // all of it
	Via        []Location // what made it, outermost first: module calls, nested stacks, the SAM resource
	From       string     // address of the SAM resource or module that it was expanded from, "" if it was written
}

// Output is a value that a stack hands out; Export is the name under which other
// stacks of the account import it, Unset if it is not exported.
type Output struct {
	Name   string
	Value  Value
	Export Value
	If     Guard
	At     Location
}

// Stack is what is deployed together, nested stacks and modules included.
type Stack struct {
	Path       string   // of the template file or the root folder, slash-separated
	Name       string   // how findings and graph ids call it; Path unless a configuration says otherwise
	Format     string   // "sam", "cloudformation", "cdk", "terraform"
	Parameters []string // names that a value can be given to, of the root template or module
	Resources  []Resource
	Outputs    []Output
	Conditions []Condition         // that are open, in the order of the template
	Allowed    map[string][]string // values that a parameter of a condition may take, where the template restricts them
	Stored     map[string]Value    // CloudFormation: of parameters whose value is kept in Parameter Store, the name that it has there
	Opaque     []Opaque
	Unseen     string // why there may be resources that are not seen, such as those a macro makes; "" if there are none
	Problems   []Problem
	Files      map[string][]byte // every file that was read, by Location.File
}

// Opaque is a part of the stack that could not be looked into: a registry
// module, a nested stack or application whose template is not there, a custom
// resource. Inputs are the values that were handed to it.
type Opaque struct {
	Address string
	Source  string // the module's address, the template's URL, the custom resource's type
	Inputs  Value
	At      Location
}
