package terraform

func (p *project) shimFor(src string) *config { return nil }
