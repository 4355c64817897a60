#!/usr/bin/env python3
"""Writes beside each SAM template of a folder what AWS's own translator makes of it.

Needs the package aws-sam-translator; neither network nor account. Usage: translate.py FOLDER
"""
import json
import logging
import os
import sys
from pathlib import Path
from unittest.mock import patch

import yaml

REGION = "us-east-1"


class Loader(yaml.SafeLoader):
    """Short tags in their long form; dates stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, rx) for tag, rx in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def short_tag(loader, suffix, node):
    key = suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {key: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {key: loader.construct_sequence(node, deep=True)}
    return {key: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", short_tag)


def read(path):
    return json.loads(json.dumps(yaml.load(path.read_text(), Loader)))


def uploaded(template, folder):
    """The template as the command line hands it over: local code in S3, local documents inline."""
    inline = {"StateMachine": "Definition", "Api": "DefinitionBody", "HttpApi": "DefinitionBody"}
    for resource in template["Resources"].values():
        properties = resource.setdefault("Properties", {})
        kind = resource["Type"].split("::")[-1]
        for key in ("CodeUri", "ContentUri", "SchemaUri"):
            if isinstance(properties.get(key), str) and "://" not in properties[key]:
                properties[key] = "s3://bucket/" + properties[key]
        uri = properties.get("DefinitionUri")
        if kind in inline and isinstance(uri, str) and "://" not in uri:
            del properties["DefinitionUri"]
            properties[inline[kind]] = read(folder / uri)
    return template


class NoPolicies:
    def load(self):
        return {}


def translate(template):
    from samtranslator.translator.transform import transform

    application = "samtranslator.plugins.application.serverless_app_plugin.ServerlessAppPlugin._sar_service_call"
    answer = {"ApplicationId": "id", "Status": "ACTIVE", "TemplateId": "id", "TemplateUrl": "https://example.com/template"}
    with patch("boto3.session.Session.region_name", REGION), patch(
        "samtranslator.translator.arn_generator._get_region_from_session", lambda: REGION
    ), patch(application, lambda *_: answer):
        return transform(template, {}, NoPolicies())


def main():
    logging.disable(logging.CRITICAL)
    os.environ.update(AWS_DEFAULT_REGION=REGION, AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_EC2_METADATA_DISABLED="true")
    for path in sorted(Path(sys.argv[1]).glob("*.yaml")):
        try:
            out = translate(uploaded(read(path), path.parent))
        except Exception as problem:
            causes = getattr(problem, "causes", None) or [problem]
            sys.exit(f"{path}: " + "; ".join(getattr(c, "message", str(c)) for c in causes))
        for resource in out["Resources"].values():
            if isinstance(resource.get("DependsOn"), list):  # the translator makes it of a set
                resource["DependsOn"].sort()
        path.with_suffix(".cfn.json").write_text(json.dumps(out, indent=1, sort_keys=True) + "\n")


main()
