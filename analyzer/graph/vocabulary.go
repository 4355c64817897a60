package graph

import "strings"

// Kind is what a node is, whatever the format calls its type.
type Kind string

// The kinds of nodes.
const (
	Function         Kind = "function"
	API              Kind = "api" // attribute type: rest, http, websocket, graphql, url
	Stage            Kind = "stage"
	Route            Kind = "route" // a method and path, a listener rule, a resolver
	Authorizer       Kind = "authorizer"
	UserPool         Kind = "user_pool"
	LoadBalancer     Kind = "load_balancer"
	Instance         Kind = "instance"
	ContainerService Kind = "container_service"
	Job              Kind = "job"
	Distribution     Kind = "distribution"
	VPCLink          Kind = "vpc_link"
	ServiceNetwork   Kind = "service_network"
	Queue            Kind = "queue"
	Topic            Kind = "topic"
	Bus              Kind = "bus"
	Rule             Kind = "rule"
	IoTRule          Kind = "iot_rule"
	EmailRule        Kind = "email_rule"
	Schedule         Kind = "schedule"
	Pipe             Kind = "pipe"
	Stream           Kind = "stream"
	DeliveryStream   Kind = "delivery_stream"
	StreamProcessor  Kind = "stream_processor"
	KafkaCluster     Kind = "kafka_cluster"
	Broker           Kind = "broker"
	Bucket           Kind = "bucket"
	Table            Kind = "table"
	Database         Kind = "database"
	Cache            Kind = "cache"
	SearchDomain     Kind = "search_domain"
	Warehouse        Kind = "warehouse"
	StateMachine     Kind = "state_machine"
	State            Kind = "state"
	LogGroup         Kind = "log_group"
	Alarm            Kind = "alarm"
	Secret           Kind = "secret"
	Parameter        Kind = "parameter"
	Role             Kind = "role"
	Module           Kind = "module"   // what could not be looked into
	Resource         Kind = "resource" // declared, of a type without a row, and reached by an edge
	External         Kind = "external" // mentioned, not declared
)

// kinds lists every kind once, in the order of the documentation, with the name
// of its array in the rules' input.
var kinds = []struct {
	kind   Kind
	plural string
}{
	{Function, "functions"}, {API, "apis"}, {Stage, "stages"}, {Route, "routes"}, {Authorizer, "authorizers"},
	{UserPool, "user_pools"}, {LoadBalancer, "load_balancers"}, {Instance, "instances"},
	{ContainerService, "container_services"}, {Job, "jobs"}, {Distribution, "distributions"}, {VPCLink, "vpc_links"},
	{ServiceNetwork, "service_networks"}, {Queue, "queues"}, {Topic, "topics"}, {Bus, "buses"}, {Rule, "rules"},
	{IoTRule, "iot_rules"}, {EmailRule, "email_rules"}, {Schedule, "schedules"}, {Pipe, "pipes"},
	{Stream, "streams"}, {DeliveryStream, "delivery_streams"}, {StreamProcessor, "stream_processors"},
	{KafkaCluster, "kafka_clusters"}, {Broker, "brokers"}, {Bucket, "buckets"}, {Table, "tables"},
	{Database, "databases"}, {Cache, "caches"}, {SearchDomain, "search_domains"}, {Warehouse, "warehouses"},
	{StateMachine, "state_machines"}, {State, "states"}, {LogGroup, "log_groups"}, {Alarm, "alarms"},
	{Secret, "secrets"}, {Parameter, "parameters"}, {Role, "roles"}, {Module, "modules"},
	{Resource, "resources"}, {External, "externals"},
}

// Kinds is every kind, in the order of the documentation.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i, k := range kinds {
		out[i] = k.kind
	}
	return out
}

// Plural is the name of the kind's array in the rules' input.
func (k Kind) Plural() string { return plurals[k] }

// Words is the kind as a sentence says it: "state machine".
func (k Kind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }

var plurals = func() map[Kind]string {
	m := make(map[Kind]string, len(kinds))
	for _, k := range kinds {
		m[k.kind] = k.plural
	}
	return m
}()

// Relation is what an edge says of its ends, read from From to To.
type Relation string

// The relations. An edge is stored in this direction only; rules read both.
const (
	Triggers      Relation = "triggers"        // an event at From sets To in motion; mode: sync, async, poll_queue, poll_stream, schedule
	Invokes       Relation = "invokes"         // From calls To, or may; mode: sync, async
	Reads         Relation = "reads"           // From takes data from To, or may
	Writes        Relation = "writes"          // From puts data or messages into To, or may
	Configures    Relation = "configures"      // the configuration of From names To (an environment variable)
	RoutesTo      Relation = "routes_to"       // requests to From go on to To: api to route, route to its target
	Fronts        Relation = "fronts"          // From stands before To: a stage or distribution before an api, an origin, a proxy before a database
	AuthorizedBy  Relation = "authorized_by"   // To decides who may use From
	DeadLettersTo Relation = "dead_letters_to" // what From cannot deliver or process goes to To
	OnFailureTo   Relation = "on_failure_to"   // failed invocations of From are recorded at To
	OnSuccessTo   Relation = "on_success_to"   // successful invocations of From are recorded at To
	StreamsTo     Relation = "streams_to"      // From delivers its records to To
	Transforms    Relation = "transforms"      // From changes the records that pass through To (enrichment, processor)
	TaskOf        Relation = "task_of"         // From is a state of the state machine To
	Next          Relation = "next"            // To may follow From in a state machine
	CatchTo       Relation = "catch_to"        // an error in From leads to To
	LogsTo        Relation = "logs_to"         // From writes its log to To
	AlarmedBy     Relation = "alarmed_by"      // To watches a metric of From
	Assumes       Relation = "assumes"         // From acts as the role To
	Permits       Relation = "permits"         // the resource policy of From lets To act on it
)

// Ends is one combination of kinds that a relation may join.
type Ends struct{ From, To []Kind }

// relations is every relation with its reverse and with the kinds it may join,
// in the order of the documentation. The schema of the rules, and which
// relations an unknown opens, follow from it.
var relations = []struct {
	name, reverse Relation
	ends          []Ends
}{
	{Triggers, "triggered_by", []Ends{{sources, targets}}},
	{Invokes, "invoked_by", []Ends{{actors, callees}}},
	{Reads, "read_by", []Ends{{actors, stores}}},
	{Writes, "written_by", []Ends{{append([]Kind{IoTRule, EmailRule}, actors...), stores}}},
	{Configures, "configured_in", []Ends{{actors, configurable}}},
	{RoutesTo, "routed_from", []Ends{{[]Kind{API, LoadBalancer, ServiceNetwork}, append([]Kind{Route}, backends...)}, {[]Kind{Route}, backends}, {[]Kind{Resource, External, Module}, []Kind{Route}}}},
	{Fronts, "fronted_by", []Ends{{[]Kind{Stage}, []Kind{API, Resource, External, Module}}, {[]Kind{VPCLink}, []Kind{LoadBalancer, Resource, External}}, {[]Kind{Database}, []Kind{Database, Resource, External, Module}}, {[]Kind{Distribution}, []Kind{API, Bucket, LoadBalancer, Function, Instance, Resource, External, Module}}}},
	{AuthorizedBy, "authorizes", []Ends{{[]Kind{API, Route, Authorizer, LoadBalancer}, []Kind{Authorizer, UserPool, Function, External, Resource, Module}}}},
	{DeadLettersTo, "dead_letters_of", []Ends{{[]Kind{Function, Queue, Topic, Rule, Schedule, Pipe, Bus}, []Kind{Queue, Topic, Bucket, Stream, Resource, External, Module}}}},
	{OnFailureTo, "failures_of", []Ends{{[]Kind{Function, IoTRule}, destinations}}},
	{OnSuccessTo, "successes_of", []Ends{{[]Kind{Function}, destinations}}},
	{StreamsTo, "streamed_from", []Ends{{[]Kind{Table, Stream, DeliveryStream, StreamProcessor, KafkaCluster, LogGroup, Database, Bucket, Resource, External, Module}, []Kind{Stream, DeliveryStream, StreamProcessor, Bucket, Table, SearchDomain, Warehouse, Database, KafkaCluster, Resource, External, Module}}}},
	{Transforms, "transformed_by", []Ends{{[]Kind{Function, StateMachine, API, Resource, External, Module}, []Kind{Pipe, DeliveryStream, StreamProcessor, Bucket, LogGroup}}}},
	{TaskOf, "tasks", []Ends{{[]Kind{State}, []Kind{StateMachine}}}},
	{Next, "previous", []Ends{{[]Kind{State}, []Kind{State}}}},
	{CatchTo, "caught_from", []Ends{{[]Kind{State}, []Kind{State}}}},
	{LogsTo, "logs_of", []Ends{{[]Kind{Function, Stage, StateMachine, API, Pipe, DeliveryStream, Bus, ContainerService}, []Kind{LogGroup, DeliveryStream, Bucket, Resource, External, Module}}}},
	{AlarmedBy, "alarms", []Ends{{[]Kind{Function, Instance, Alarm, API, Stage, Queue, Topic, Bus, Rule, Schedule, Pipe, Stream, DeliveryStream, StreamProcessor, KafkaCluster, Broker, Bucket, Table, Database, Cache, SearchDomain, Warehouse, StateMachine, LogGroup, LoadBalancer, ContainerService, Distribution, Resource, External}, []Kind{Alarm, Module}}}},
	{Assumes, "assumed_by", []Ends{{[]Kind{Function, StateMachine, API, Route, Rule, Schedule, Pipe, DeliveryStream, StreamProcessor, ContainerService, Job, Instance, Stage, IoTRule, Topic}, []Kind{Role, External, Module}}}},
	{Permits, "permitted_by", []Ends{{[]Kind{Function, Queue, Topic, Bus, Bucket, Secret, Table, Stream}, []Kind{API, Rule, IoTRule, EmailRule, Schedule, Bucket, Topic, Queue, UserPool, LogGroup, LoadBalancer, Function, StateMachine, Role, Distribution, Secret, Alarm, Resource, External, Module}}}},
}

// Groups of kinds that act alike.
var (
	actors       = []Kind{Function, StateMachine, State, ContainerService, Instance, Job, API, Route, Pipe, Schedule, StreamProcessor, DeliveryStream, Authorizer, Role, Resource, External, Module}
	callees      = []Kind{Function, StateMachine, API, ContainerService, Job, Resource, External, Module}
	stores       = []Kind{Table, Bucket, Database, Cache, SearchDomain, Warehouse, Queue, Topic, Bus, Stream, DeliveryStream, KafkaCluster, Broker, Secret, Parameter, LogGroup, StateMachine, UserPool, Resource, External, Module}
	destinations = []Kind{Queue, Topic, Bus, Function, Bucket, Stream, DeliveryStream, KafkaCluster, LogGroup, Table, StateMachine, Resource, External, Module}
	backends     = []Kind{Function, StateMachine, API, LoadBalancer, Instance, ContainerService, VPCLink, ServiceNetwork, Queue, Topic, Bus, Stream, DeliveryStream, Table, Bucket, Database, SearchDomain, Resource, External, Module}
	sources      = []Kind{Queue, Topic, Bus, Rule, IoTRule, EmailRule, Schedule, Pipe, Stream, DeliveryStream, StreamProcessor, KafkaCluster, Broker, Bucket, Table, Database, LogGroup, Alarm, UserPool, Distribution, Secret, StateMachine, API, Resource, External, Module}
	targets      = []Kind{Function, StateMachine, ContainerService, Job, Queue, Topic, Bus, Rule, Pipe, Stream, DeliveryStream, StreamProcessor, API, LogGroup, Table, Bucket, Warehouse, Database, KafkaCluster, Instance, Resource, External, Module}
	configurable = []Kind{Function, API, Stage, UserPool, LoadBalancer, ContainerService, Job, Distribution, Queue, Topic, Bus, Schedule, Rule, Pipe, Stream, DeliveryStream, StreamProcessor, KafkaCluster, Broker, Bucket, Table, Database, Cache, SearchDomain, Warehouse, StateMachine, LogGroup, Secret, Parameter, Role, Instance, Resource, External, Module}
)
