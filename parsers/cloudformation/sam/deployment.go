package sam

import (
	"slices"

	"github.com/serverlens/serverlens/parsers/source"
)

// deployment is a function that CodeDeploy shifts traffic to.
type deployment struct {
	r     *resource
	entry source.Entry
}

// codeDeployConfigs are the deployment types that CodeDeploy defines itself (AWS
// CodeDeploy User Guide, Deployment configurations on an AWS Lambda compute
// platform).
var codeDeployConfigs = []string{
	"Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes", "Canary10Percent30Minutes",
	"Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes", "Linear10PercentEvery3Minutes",
	"Linear10PercentEvery10Minutes", "AllAtOnce",
}

// deployment notes that a function has a DeploymentPreference and lets CodeDeploy
// update its alias.
func (e *expander) deployment(r *resource, alias string) {
	entry, ok := r.props.Entry("DeploymentPreference")
	if !ok || absent(entry.Value) {
		return
	}
	if on := entry.Value.Get("Enabled"); !absent(on) {
		if enabled, known := on.AsBool(); known && !enabled {
			return
		}
	}
	if alias == "" {
		e.warn(entry.KeyAt, "%s: DeploymentPreference needs AutoPublishAlias", r.Address)
		return
	}
	e.deployed = append(e.deployed, deployment{r, entry})
	update := fields{at: entry.KeyAt}
	update.set("ApplicationName", ref(e.Prefix+"ServerlessDeploymentApplication", "", entry.KeyAt))
	update.set("DeploymentGroupName", ref(r.Address+"DeploymentGroup", "", entry.KeyAt))
	hooks := entry.Value.Get("Hooks")
	update.rename(hooks, "PreTraffic", "BeforeAllowTrafficHook")
	update.rename(hooks, "PostTraffic", "AfterAllowTrafficHook")
	for i := range r.out {
		if r.out[i].Address == alias {
			r.out[i].Attributes = nested(update.value(), "UpdatePolicy", "CodeDeployLambdaAliasUpdate")
		}
	}
}

// deployments makes what CodeDeploy needs: one application and role for all
// functions, a deployment group for each.
func (e *expander) deployments() {
	var guards []source.Guard
	serviceRole := false
	for _, d := range e.deployed {
		guards = append(guards, d.r.If)
		serviceRole = serviceRole || absent(d.entry.Value.Get("Role"))
	}
	if len(e.deployed) == 0 {
		return
	}
	first := e.deployed[0]
	application, codeDeploy := e.Prefix+"ServerlessDeploymentApplication", e.Prefix+"CodeDeployServiceRole"
	when := e.anyOf(e.Prefix+"ServerlessCodeDeploy", guards, first.entry.KeyAt)
	at := first.entry.KeyAt
	f := fields{at: at}
	f.text("ComputePlatform", "Lambda")
	e.makeShared(first.r, when, application, "AWS::CodeDeploy::Application", f)
	if serviceRole {
		f = fields{at: at}
		f.set("AssumeRolePolicyDocument", trust(at, "codedeploy.amazonaws.com"))
		f.set("ManagedPolicyArns", source.ListOf(at, e.managedPolicy("AWSCodeDeployRoleForLambda", at)))
		e.makeShared(first.r, when, codeDeploy, "AWS::IAM::Role", f)
	}
	for _, d := range e.deployed {
		e.deploymentGroup(d, application, codeDeploy)
	}
}

// makeShared is make for what belongs to several resources: it is there when its
// own guard holds.
func (e *expander) makeShared(r *resource, g source.Guard, id, typ string, f fields) {
	before := len(r.out)
	e.make(r, id, typ, f)
	if len(r.out) > before {
		r.out[len(r.out)-1].If = g
	}
}

func (e *expander) deploymentGroup(d deployment, application, serviceRole string) {
	at, v := d.entry.KeyAt, d.entry.Value
	f := fields{at: at}
	f.set("ApplicationName", ref(application, "", at))
	f.set("ServiceRoleArn", ref(serviceRole, "Arn", at))
	f.rename(v, "Role", "ServiceRoleArn")
	f.set("DeploymentConfigName", v.Get("Type").Apply(func(c source.Value) source.Value {
		if slices.Contains(codeDeployConfigs, c.Text) {
			return source.StringOf("CodeDeployDefault.Lambda"+c.Text, c.At)
		}
		return c
	}))
	f.set("DeploymentStyle", mapOf(at, "DeploymentType", "BLUE_GREEN", "DeploymentOption", "WITH_TRAFFIC_CONTROL"))
	rollback := fields{at: at}
	rollback.set("Enabled", source.BoolOf(true, at))
	var events []source.Value
	for _, name := range []string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"} {
		events = append(events, source.StringOf(name, at))
	}
	rollback.set("Events", source.ListOf(at, events...))
	f.set("AutoRollbackConfiguration", rollback.value())
	f.take(v, "TriggerConfigurations")
	if alarms := v.Get("Alarms"); !absent(alarms) {
		f.set("AlarmConfiguration", alarms.Apply(alarmConfiguration))
	}
	e.make(d.r, d.r.Address+"DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", f)
}

// alarmConfiguration is a list of alarm names as CodeDeploy takes it.
func alarmConfiguration(alarms source.Value) source.Value {
	var names []source.Value
	for g, a := range alarms.Elements() {
		names = append(names, when(g, nested(a, "Name")))
	}
	if len(names) == 0 {
		return source.MapOf(alarms.At)
	}
	f := fields{at: alarms.At}
	f.set("Enabled", source.BoolOf(true, alarms.At))
	f.set("Alarms", source.ListOf(alarms.At, names...))
	return f.value()
}
