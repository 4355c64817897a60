package sam

import (
	"strings"
	"unicode"

	"github.com/serverlens/serverlens/parsers/source"
)

// recordSets is the record sets of one hosted zone, which several APIs share.
type recordSets struct {
	r       *resource
	id      string
	fields  fields
	records []source.Value
}

// domain makes the custom domain of an API, its mappings and its records.
func (e *expander) domain(r *resource, stage string) {
	entry, ok := r.props.Entry("Domain")
	if !ok || entry.Value.Kind != source.Map {
		return
	}
	d := entry.Value
	name, certificate := d.Get("DomainName"), d.Get("CertificateArn")
	if absent(name) || absent(certificate) {
		e.warn(entry.KeyAt, "%s: Domain needs a DomainName and a CertificateArn", r.Address)
	}
	rest := r.Type == apiType
	private := rest && d.Get("EndpointConfiguration").Text == "PRIVATE"
	typ, prefix := "AWS::ApiGatewayV2::DomainName", "ApiGatewayDomainNameV2"
	switch {
	case private:
		typ = "AWS::ApiGateway::DomainNameV2"
	case rest:
		typ, prefix = "AWS::ApiGateway::DomainName", "ApiGatewayDomainName"
	}
	id := e.hash(prefix, spell(name))
	if !e.taken[id] {
		e.make(r, id, typ, domainFields(entry, rest, private))
	}
	e.rename(r.Address, "DomainName", id)
	e.mappings(r, entry, id, stage, rest, private)
	e.records(r, entry, id)
	if endpoint := d.Get("AccessAssociation", "VpcEndpointId"); private && !absent(endpoint) {
		f := fields{at: entry.KeyAt}
		f.set("DomainNameArn", ref(id, "", entry.KeyAt))
		f.text("AccessAssociationSourceType", "VPCE")
		f.set("AccessAssociationSource", endpoint)
		e.make(r, e.hash("DomainNameAccessAssociation", spell(endpoint)+id), "AWS::ApiGateway::DomainNameAccessAssociation", f)
	}
}

func domainFields(entry source.Entry, rest, private bool) fields {
	d := entry.Value
	kind := source.StringOf("REGIONAL", entry.KeyAt)
	if v := d.Get("EndpointConfiguration"); !absent(v) {
		kind = v
	}
	f := fields{at: entry.KeyAt}
	f.take(d, "DomainName")
	if !rest {
		config := fields{at: entry.KeyAt}
		config.take(d, "CertificateArn", "OwnershipVerificationCertificateArn", "SecurityPolicy")
		config.set("EndpointType", kind)
		f.set("DomainNameConfigurations", source.ListOf(entry.KeyAt, config.value()))
		f.take(d, "MutualTlsAuthentication")
		return f
	}
	if kind.Text == "REGIONAL" && !private {
		f.rename(d, "CertificateArn", "RegionalCertificateArn")
	} else {
		f.take(d, "CertificateArn")
	}
	config := fields{at: kind.At}
	config.set("Types", source.ListOf(kind.At, kind))
	config.take(d, "IpAddressType")
	f.set("EndpointConfiguration", config.value())
	f.take(d, "MutualTlsAuthentication", "SecurityPolicy", "Policy", "EndpointAccessMode", "OwnershipVerificationCertificateArn")
	return f
}

// mappings maps the base paths of a domain, or all of it, to the API.
func (e *expander) mappings(r *resource, entry source.Entry, domain, stage string, rest, private bool) {
	typ, apiKey, pathKey, domainKey, suffix := "AWS::ApiGatewayV2::ApiMapping", "ApiId", "ApiMappingKey", "DomainName", "ApiMapping"
	switch {
	case private:
		typ, apiKey, pathKey, domainKey, suffix = "AWS::ApiGateway::BasePathMappingV2", "RestApiId", "BasePath", "DomainNameArn", "BasePathMapping"
	case rest:
		typ, apiKey, pathKey, suffix = "AWS::ApiGateway::BasePathMapping", "RestApiId", "BasePath", "BasePathMapping"
	}
	mapping := func(id string, path source.Value) {
		f := fields{at: entry.KeyAt}
		f.set(domainKey, ref(domain, "", entry.KeyAt))
		f.set(apiKey, ref(r.Address, "", entry.KeyAt))
		f.set("Stage", ref(stage, "", entry.KeyAt))
		f.set(pathKey, path)
		if !e.taken[id] {
			e.make(r, id, typ, f)
		}
	}
	none := true
	for _, path := range entry.Value.Get("BasePath").Elements() {
		none = false
		text := spell(path)
		letters := strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				return c
			}
			return -1
		}, text)
		if known, ok := path.AsString(); ok {
			normal, given := entry.Value.Get("NormalizeBasePath").AsBool()
			switch {
			case !rest:
				known = strings.Trim(known, "/")
			case normal || !given:
				known = letters
			}
			path = source.StringOf(known, path.At)
		}
		mapping(r.Address+letters+suffix, path)
	}
	if none {
		mapping(r.Address+suffix, source.Value{})
	}
}

// cloudFrontZone is the hosted zone of all CloudFront distributions (Amazon Route
// 53 API Reference, AliasTarget).
const cloudFrontZone = "Z2FDTNDATAQYW2"

// records makes the Route 53 records of a domain, one group for a hosted zone.
func (e *expander) records(r *resource, entry source.Entry, domain string) {
	route, ok := entry.Value.Entry("Route53")
	if !ok || route.Value.Kind != source.Map {
		return
	}
	zone := fields{at: route.KeyAt}
	zone.take(route.Value, "HostedZoneId", "HostedZoneName")
	if len(zone.entries) == 0 {
		e.warn(route.KeyAt, "%s: Route53 needs a HostedZoneId or a HostedZoneName", r.Address)
		return
	}
	alias := fields{at: route.KeyAt}
	alias.take(route.Value, "EvaluateTargetHealth")
	switch kind := entry.Value.Get("EndpointConfiguration"); {
	case absent(kind) || kind.Text == "REGIONAL" || r.Type != apiType:
		alias.set("DNSName", ref(domain, "RegionalDomainName", route.KeyAt))
		alias.set("HostedZoneId", ref(domain, "RegionalHostedZoneId", route.KeyAt))
	case kind.Text == "EDGE":
		alias.set("DNSName", ref(domain, "DistributionDomainName", route.KeyAt))
		alias.rename(route.Value, "DistributionDomainName", "DNSName")
		alias.text("HostedZoneId", cloudFrontZone)
	default:
		alias.rename(route.Value, "VpcEndpointDomainName", "DNSName")
		alias.rename(route.Value, "VpcEndpointHostedZoneId", "HostedZoneId")
	}
	id := e.hash("RecordSetGroup", spell(zone.entries[0].Value))
	group := e.recordSet[id]
	if group == nil {
		group = &recordSets{r: r, id: id, fields: zone}
		e.recordSet[id] = group
	}
	types := []string{"A"}
	if v6, ok := route.Value.Get("IpV6").AsBool(); ok && v6 {
		types = append(types, "AAAA")
	}
	for _, typ := range types {
		f := fields{at: route.KeyAt}
		f.rename(entry.Value, "DomainName", "Name")
		f.text("Type", typ)
		f.set("AliasTarget", alias.value())
		f.take(route.Value, "Region", "SetIdentifier")
		group.records = append(group.records, f.value())
	}
	group.fields.set("RecordSets", source.ListOf(route.KeyAt, group.records...))
	e.remake(group.r, id, "AWS::Route53::RecordSetGroup", group.fields)
}

// remake makes a resource, or gives the one that was made other properties.
func (e *expander) remake(r *resource, id, typ string, f fields) {
	for i := range r.out {
		if r.out[i].Address == id {
			r.out[i].Properties = f.value()
			return
		}
	}
	e.make(r, id, typ, f)
}

// sharedPlan is the usage plan of all APIs that share one.
type sharedPlan struct {
	r         *resource
	stages    []source.Value
	keyStages []source.Value
}

// usagePlan makes the usage plan of a REST API, of its own or shared, with its key.
func (e *expander) usagePlan(r *resource, stage string) {
	entry, ok := r.props.Get("Auth").Entry("UsagePlan")
	if !ok || absent(entry.Value) {
		return
	}
	stages, keyStages := fields{at: entry.KeyAt}, fields{at: entry.KeyAt}
	stages.set("ApiId", ref(r.Address, "", entry.KeyAt))
	stages.set("Stage", ref(stage, "", entry.KeyAt))
	keyStages.set("RestApiId", ref(r.Address, "", entry.KeyAt))
	keyStages.set("StageName", ref(stage, "", entry.KeyAt))
	own := sharedPlan{r, []source.Value{stages.value()}, []source.Value{keyStages.value()}}
	switch entry.Value.Get("CreateUsagePlan").Text {
	case "PER_API":
		e.plan(r, entry, own, r.Address+"UsagePlan", r.Address+"ApiKey", r.Address+"UsagePlanKey")
	case "SHARED":
		if e.shared == nil {
			e.shared = &sharedPlan{r: r}
		}
		e.shared.stages = append(e.shared.stages, own.stages...)
		e.shared.keyStages = append(e.shared.keyStages, own.keyStages...)
		e.plan(r, entry, *e.shared, e.Prefix+"ServerlessUsagePlan", e.Prefix+"ServerlessApiKey", e.Prefix+"ServerlessUsagePlanKey")
	case "NONE":
	default:
		e.warn(entry.KeyAt, "%s: CreateUsagePlan of a UsagePlan is PER_API, SHARED or NONE", r.Address)
	}
}

func (e *expander) plan(r *resource, entry source.Entry, p sharedPlan, plan, key, planKey string) {
	f := fields{at: entry.KeyAt}
	f.set("ApiStages", source.ListOf(entry.KeyAt, p.stages...))
	f.take(entry.Value, "UsagePlanName", "Description", "Quota", "Tags", "Throttle")
	e.remake(p.r, plan, "AWS::ApiGateway::UsagePlan", f)
	f = fields{at: entry.KeyAt}
	f.set("Enabled", source.BoolOf(true, entry.KeyAt))
	f.set("StageKeys", source.ListOf(entry.KeyAt, p.keyStages...))
	e.remake(p.r, key, "AWS::ApiGateway::ApiKey", f)
	f = fields{at: entry.KeyAt}
	f.set("KeyId", ref(key, "", entry.KeyAt))
	f.text("KeyType", "API_KEY")
	f.set("UsagePlanId", ref(plan, "", entry.KeyAt))
	e.remake(p.r, planKey, "AWS::ApiGateway::UsagePlanKey", f)
	e.rename(r.Address, "UsagePlan", plan)
	e.rename(r.Address, "ApiKey", key)
	e.rename(r.Address, "UsagePlanKey", planKey)
}
