using System.Text;
using ProxSharp.Api;
using ProxSharp.Core.Tests.Validation;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Core.Tests.Schema;

public sealed class ServerSchemaReaderTests
{
    private const string Script = """
        const apiSchema = [
           {
              "children" : [
                 {
                    "children" : [],
                    "info" : {
                       "POST" : {
                          "allowtoken" : 0,
                          "description" : "Makes a widget.",
                          "method" : "POST",
                          "name" : "make_widget",
                          "parameters" : {
                             "additionalProperties" : 0,
                             "properties" : {
                                "node" : { "description" : "The place.", "format" : "pve-node", "type" : "string" },
                                "count" : { "minimum" : "1", "maximum" : "10", "default" : "1", "optional" : 1, "type" : "integer" },
                                "name" : { "pattern" : "(?^i:[a-z][a-z0-9\\_]*)", "maxLength" : "8", "type" : "string", "optional" : 0 },
                                "mode" : { "enum" : [ "a", "b" ], "optional" : "1", "type" : "string", "requires" : "count" },
                                "strange" : { "pattern" : "a++b", "optional" : 1, "type" : "string" },
                                "net[n]" : {
                                   "optional" : 1, "type" : "string",
                                   "format" : {
                                      "model" : { "type" : "string", "default_key" : 1, "enum" : [ "virtio", "e1000" ] },
                                      "macaddr" : { "type" : "string", "optional" : 1, "format" : "mac-addr" },
                                      "virtio" : { "alias" : "macaddr", "keyAlias" : "model" }
                                   }
                                },
                                "boot" : { "optional" : 1, "type" : "string", "format" : "pve-qm-boot" },
                                "ids" : { "optional" : 1, "type" : "array", "items" : { "type" : "integer", "format" : "pve-vmid" } }
                             }
                          },
                          "permissions" : { "check" : [ "perm", "/nodes/{node}", [ "Sys.Modify", "Sys.Audit" ], "any", 1 ], "description" : "More." },
                          "protected" : 1,
                          "proxyto" : "node",
                          "returns" : { "type" : "string" }
                       }
                    },
                    "leaf" : 1,
                    "path" : "/nodes/{node}/widgets/{id}",
                    "text" : "{id}"
                 }
              ],
              "info" : { "GET" : { "permissions" : { "check" : [ "future-kind", 1 ] }, "parameters" : { "additionalProperties" : 0 }, "returns" : {} } },
              "leaf" : 0,
              "path" : "/nodes",
              "text" : "nodes"
           }
        ]
        ;
        let method2cmd = { GET: 'get', POST: 'create' };
        """;

    private static readonly ApiSchema s_small = ServerSchemaReader.Read(Encoding.UTF8.GetBytes(Script), ProxmoxProduct.VirtualEnvironment, RepositoryFiles.Pve, "10.0");

    private static readonly Lazy<ApiSchema> s_pve = new(() => ServerSchemaReader.Read(ServerScript.Write(RepositoryFiles.Pve), ProxmoxProduct.VirtualEnvironment, RepositoryFiles.Pve));
    private static readonly Lazy<ApiSchema> s_pbs = new(() => ServerSchemaReader.Read(ServerScript.Write(RepositoryFiles.Pbs), ProxmoxProduct.BackupServer, RepositoryFiles.Pbs));

    [Fact]
    public void Read_CodeAndCommentsBeforeTheArray_ArePassedOver()
    {
        byte[] script = [.. "// a = b\nlet lang = 'en';\n"u8, .. ServerScript.Write(RepositoryFiles.Pbs)];
        Assert.Equal(RepositoryFiles.Pbs.Endpoints.Count, ServerSchemaReader.Read(script, ProxmoxProduct.BackupServer, RepositoryFiles.Pbs).Endpoints.Count);
    }

    [Fact]
    public void Read_Script_GivesEndpointsWithTheServersDescriptions()
    {
        Assert.True(s_small.IsFromServer);
        Assert.Equal((ProxmoxProduct.VirtualEnvironment, "10.0"), (s_small.Product, s_small.Version));
        Assert.Equal(["GET /nodes", "POST /nodes/{node}/widgets/{id}"], s_small.Endpoints.Select(static e => e.ToString()));

        ApiEndpoint widget = s_small.Endpoints[1];
        Assert.Equal(("make_widget", "Makes a widget."), (widget.Name, widget.Description));
        Assert.Equal("The place.", widget.Parameters["node"].Description);
        Assert.Equal((true, "node", false, false), (widget.IsProtected, widget.ProxyTo, widget.AllowsToken, widget.AllowsExtraParameters));
        Assert.Equal(ApiValueType.String, widget.Returns.Type);
    }

    [Fact]
    public void Read_Script_GivesTypedFacts()
    {
        IReadOnlyDictionary<string, ApiNode> parameters = s_small.Endpoints[1].Parameters;

        Assert.Equal((1d, 10d, "1", true), (parameters["count"].Minimum, parameters["count"].Maximum, parameters["count"].Default, parameters["count"].IsOptional));
        Assert.Equal(("(?i:[a-z][a-z0-9_]*)", 8, false), (parameters["name"].Pattern, parameters["name"].MaximumLength, parameters["name"].IsOptional));
        Assert.Equal(["a", "b"], parameters["mode"].Enumeration);
        Assert.Equal((true, "count"), (parameters["mode"].IsOptional, parameters["mode"].Requires));
        Assert.Null(parameters["strange"].Pattern);
        Assert.True(parameters["id"].IsPathParameter);
        Assert.Equal(new IndexRange(0, 255), parameters["net[n]"].Indexes);
        Assert.Equal(ApiValueType.Integer, parameters["ids"].Items!.Type);
    }

    [Fact]
    public void Read_RegisteredFormat_IsAPropertyString()
    {
        Assert.Equal(("pve-qm-boot", "pve-qm-boot"), (s_small.Endpoints[1].Parameters["boot"].Format, s_small.Endpoints[1].Parameters["boot"].PropertyStringFormat));
        Assert.Null(s_small.Endpoints[1].Parameters["node"].PropertyStringFormat);
    }

    [Fact]
    public void Read_Script_GivesPermissions()
    {
        ApiPermission known = s_small.Endpoints[1].Permission;
        PermissionCheck.Privilege check = Assert.IsType<PermissionCheck.Privilege>(known.Check);
        Assert.Equal(("/nodes/{node}", true), (check.Path, check.Any));
        Assert.Equal((ApiAudience.Authenticated, true), (known.Audience, known.HasFurtherRule));

        ApiPermission future = s_small.Endpoints[0].Permission;
        Assert.Null(future.Check);
        Assert.True(future.HasFurtherRule);
    }

    [Theory]
    [InlineData("net0", "virtio=BC:24:11:00:00:01", null)]
    [InlineData("net255", "e1000", null)]
    [InlineData("net0", "rtl", "invalid format - format error\nnet0.model: value 'rtl' does not have a value in the enumeration 'virtio, e1000'\n")]
    [InlineData("boot", "order=scsi0", null)]
    [InlineData("boot", "colour=red", "invalid format - format error\nboot.colour: property is not defined in schema and the schema does not allow additional properties\n")]
    [InlineData("strange", "anything", null)]
    [InlineData("count", "11", "value must have a maximum value of 10")]
    [InlineData("more", "1", "property is not defined in schema and the schema does not allow additional properties")]
    public void Check_WithTheServersSchema_UsesItsRules(string name, string value, string? complaint)
    {
        ApiParameters parameters = new();
        parameters.Add("node", "pve1");
        parameters.Add("id", "7");
        parameters.Add("name", "Abc_1");
        parameters.Add(name, value);

        Assert.Equal(complaint is null ? [] : [new ParameterError(name, complaint)], new ParameterChecker(s_small).Check(s_small.Endpoints[1], parameters));
    }

    [Theory]
    [InlineData("/^[[:^cntrl:]]*$/", @"^[\P{Cc}]*$")]
    [InlineData("/^(?:[^\\s:/[:cntrl:]]+)$/", @"^(?:[^\s:/\p{Cc}]+)$")]
    [InlineData("/^UPID:(?P<node>[a-z]+):$/", "^UPID:(?<node>[a-z]+):$")]
    [InlineData("/(?m)^([[:^cntrl:]]*)$/", @"(?m)^([\P{Cc}]*)$")]
    [InlineData("/dev/.+", "/dev/.+")]
    [InlineData("/mnt/", "/mnt/")]
    [InlineData("(?^u:[+-](?^:\\_x))", "(?:[+-](?:_x))")]
    [InlineData("(?^ix:a)", "(?ix:a)")]
    [InlineData("[a-z&&[^b]]", null)]
    [InlineData("(unclosed", null)]
    [InlineData("\\Q.\\E", null)]
    public void Translate_Pattern_IsDotNets(string pattern, string? expected) => Assert.Equal(expected, ServerPatterns.Translate(pattern));

    [Theory]
    [InlineData("", 0)]
    [InlineData("<html>not found</html>", 0)]
    [InlineData("const x = 5; const y = [];", 0)]
    [InlineData("const apiSchema = [\n{\"path\": \"/a\",\n  oops}]", 37)]
    [InlineData("const apiSchema = [{\"path\": \"/a\"", 32)]
    [InlineData("const apiSchema = [];", 0)]
    [InlineData("const apiSchema = [1, \"x\", {\"path\": 5}];", 0)]
    public void Read_Damaged_SaysWhere(string script, long offset)
    {
        ProxmoxProtocolException exception = Assert.Throws<ProxmoxProtocolException>(
            () => ServerSchemaReader.Read(Encoding.UTF8.GetBytes(script), ProxmoxProduct.VirtualEnvironment));

        Assert.Equal(offset, exception.Offset);
    }

    [Theory]
    [InlineData("""{"parameters":5,"permissions":[],"returns":7,"description":{}}""")]
    [InlineData("""{"parameters":{"properties":{"a":1,"b":{"type":[],"enum":"x","minimum":"y","maxLength":-3,"format":[],"items":3,"oneOf":[1],"properties":[]}}}}""")]
    [InlineData("""{"permissions":{"check":["perm"]}}""")]
    [InlineData("""{"permissions":{"check":["and",["perm",1,2]]}}""")]
    public void Read_MembersOfUnexpectedKinds_CountAsAbsent(string info)
    {
        ApiSchema schema = ServerSchemaReader.Read(Encoding.UTF8.GetBytes("const apiSchema = [{\"path\":\"/a\",\"info\":{\"GET\":" + info + "}}];"), ProxmoxProduct.VirtualEnvironment);

        ApiEndpoint endpoint = Assert.Single(schema.Endpoints);
        Assert.Null(endpoint.Permission.Check);
        Assert.Null(endpoint.Description);
        ApiParameters parameters = new();
        parameters.Add("b", "x");
        parameters.Add("a", "x");
        Assert.DoesNotContain(new ParameterChecker(schema).Check(endpoint, parameters), static e => e.Parameter != "b");
    }

    [Fact]
    public void Read_NestedTooDeeply_IsRefused()
    {
        string nested = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 60)) + "{}" + new string('}', 60);
        ApiSchema schema = ServerSchemaReader.Read(
            Encoding.UTF8.GetBytes("const apiSchema = [{\"path\":\"/a\",\"info\":{\"GET\":{\"returns\":" + nested + "}}}];"), ProxmoxProduct.VirtualEnvironment);

        Assert.Throws<ProxmoxProtocolException>(() => schema.Endpoints[0].Returns);
    }

    [Fact]
    public void Read_WholePveSchema_KeepsEveryFact() => AssertSame(RepositoryFiles.Pve, s_pve.Value);

    [Fact]
    public void Read_WholePbsSchema_KeepsEveryFact() => AssertSame(RepositoryFiles.Pbs, s_pbs.Value);

    [Fact]
    public void Check_RecordedCallsWithTheServersSchema_AreJudgedAsWithTheEmbeddedOne()
    {
        AssertJudgedAlike(RepositoryFiles.Pve, s_pve.Value, "pve");
        AssertJudgedAlike(RepositoryFiles.Pbs, s_pbs.Value, "pbs");
    }

    private static void AssertJudgedAlike(ApiSchema embedded, ApiSchema server, string product)
    {
        ParameterChecker ours = new(embedded);
        ParameterChecker theirs = new(server);
        foreach (RecordedCall call in RecordedCall.Samples(embedded, product).Concat(RecordedCall.Shapes(embedded, product)))
        {
            ApiEndpoint endpoint = server.Find(call.Endpoint.Method, call.Endpoint.Path)!;
            Assert.Equal(
                ours.Check(call.Endpoint, call.Parameters).OrderBy(static e => e.Parameter),
                theirs.Check(endpoint, call.Parameters).OrderBy(static e => e.Parameter));
        }
    }

    private static void AssertSame(ApiSchema expected, ApiSchema actual)
    {
        Assert.Equal(expected.Endpoints.Select(static e => e.ToString()).Order(), actual.Endpoints.Select(static e => e.ToString()).Order());
        foreach (ApiEndpoint endpoint in expected.Endpoints)
        {
            ApiEndpoint other = actual.Find(endpoint.Method, endpoint.Path)!;
            Assert.Equal((endpoint.Name, endpoint.Task, endpoint.Transport, endpoint.IsProtected, endpoint.ProxyTo, endpoint.AllowsToken),
                (other.Name, other.Task, other.Transport, other.IsProtected, other.ProxyTo, other.AllowsToken));
            Assert.Equal(endpoint.Parameters.Keys.Order(), other.Parameters.Keys.Order());
            foreach ((string name, ApiNode node) in endpoint.Parameters)
            {
                Assert.Equal(Facts(node), Facts(other.Parameters[name]));
            }
        }
    }

    private static string Facts(ApiNode node) =>
        $"{node.Type} path={node.IsPathParameter} optional={node.IsOptional && !node.IsPathParameter} {node.Minimum}..{node.Maximum} {node.MinimumLength}..{node.MaximumLength} "
        + $"enum={string.Join(',', node.Enumeration ?? [])} default={node.Default} requires={node.Requires} indexes={node.Indexes} "
        + $"propertyString={node.PropertyStringFormat is not null} alternatives={node.Alternatives.Count} when={node.When?.Count} "
        + $"items={(node.Items is null ? "" : Facts(node.Items))}";
}
