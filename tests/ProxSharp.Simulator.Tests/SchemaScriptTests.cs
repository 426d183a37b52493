using System.Globalization;
using System.Net;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Tests;

/// <summary>The schema that the simulators publish is the one they work by.</summary>
public sealed class SchemaScriptTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pve_PublishedSchema_IsTheEmbeddedOne()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(cancellationToken: Cancellation);

        byte[] script = await ReadAsync(simulator.Endpoint, ServerSchemaReader.VirtualEnvironmentPath);

        Assert.StartsWith("const apiSchema = [", System.Text.Encoding.UTF8.GetString(script), StringComparison.Ordinal);
        AssertSame(PveApiSchema.Embedded, ServerSchemaReader.Read(script, ProxmoxProduct.VirtualEnvironment, PveApiSchema.Embedded));
    }

    [Fact]
    public async Task Pbs_PublishedSchema_IsTheEmbeddedOne()
    {
        await using PbsSimulator simulator = await PbsSimulator.StartAsync(cancellationToken: Cancellation);

        byte[] script = await ReadAsync(simulator.Endpoint, ServerSchemaReader.BackupServerPath);

        AssertSame(PbsApiSchema.Embedded, ServerSchemaReader.Read(script, ProxmoxProduct.BackupServer, PbsApiSchema.Embedded));
    }

    [Fact]
    public async Task Pve_Root_AnswersWithItsIndex()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(cancellationToken: Cancellation);
        using TestClient client = TestClient.As(simulator);

        TestReply slash = await client.GetAsync("/");
        TestReply none = await client.GetAsync("");

        Assert.Equal("""{"data":[{"subdir":"version"},{"subdir":"cluster"},{"subdir":"nodes"},{"subdir":"storage"},{"subdir":"access"},{"subdir":"pools"}]}""", slash.Text);
        Assert.Equal((200, slash.Text), (none.Status, none.Text));
        client.Authorization = null;
        Assert.Equal(401, (await client.GetAsync("/")).Status);
    }

    private static async Task<byte[]> ReadAsync(Uri server, string path)
    {
        using SocketsHttpHandler handler = new() { AutomaticDecompression = DecompressionMethods.GZip };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using HttpClient http = new(handler);
        using HttpResponseMessage answer = await http.GetAsync(new Uri(server, path), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/javascript", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }

    private static void AssertSame(ApiSchema expected, ApiSchema actual)
    {
        Assert.Equal(expected.Endpoints.Select(static e => e.ToString()).Order(StringComparer.Ordinal), actual.Endpoints.Select(static e => e.ToString()).Order(StringComparer.Ordinal));
        foreach (ApiEndpoint endpoint in expected.Endpoints)
        {
            ApiEndpoint other = actual.Find(endpoint.Method, endpoint.Path)!;
            Assert.Equal(
                (endpoint.Name, endpoint.Task, endpoint.Transport, endpoint.IsProtected, endpoint.ProxyTo, endpoint.AllowsToken, endpoint.AllowsExtraParameters),
                (other.Name, other.Task, other.Transport, other.IsProtected, other.ProxyTo, other.AllowsToken, other.AllowsExtraParameters));
            Assert.Equal(
                (endpoint.Permission.Audience, endpoint.Permission.HasFurtherRule, Text(endpoint.Permission.Check)),
                (other.Permission.Audience, other.Permission.HasFurtherRule, Text(other.Permission.Check)));
            Assert.Equal(endpoint.Variants?.By, other.Variants?.By);
            AssertSame(endpoint.ToString(), endpoint.Parameters, expected, other.Parameters, actual);
            foreach ((string value, IReadOnlyDictionary<string, ApiNode> parameters) in endpoint.Variants?.Parameters ?? new Dictionary<string, IReadOnlyDictionary<string, ApiNode>>())
            {
                AssertSame($"{endpoint} {value}", parameters, expected, other.Variants!.Parameters[value], actual);
            }

            Assert.Equal(Facts(endpoint.Returns, expected), Facts(other.Returns, actual));
        }
    }

    private static void AssertSame(
        string place, IReadOnlyDictionary<string, ApiNode> expected, ApiSchema schema, IReadOnlyDictionary<string, ApiNode> actual, ApiSchema published)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, ApiNode node) in expected)
        {
            Assert.Equal($"{place} {name}: {Facts(node, schema)}", $"{place} {name}: {Facts(actual[name], published)}");
        }
    }

    private static string Facts(ApiNode node, ApiSchema schema)
    {
        // Whether a segment of a path is optional says nothing: it is always needed.
        bool isOptional = node.IsOptional && !node.IsPathParameter;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Type} path={node.IsPathParameter} optional={isOptional} format={node.Format} {node.Minimum}..{node.Maximum} {node.MinimumLength}..{node.MaximumLength} pattern={node.Pattern} ")
            + $"enum={string.Join(',', node.Enumeration ?? [])} default={node.Default} alias={node.Alias} key={node.KeyAlias} requires={node.Requires} indexes={node.Indexes} "
            + $"unit={node.Renderer} syntax={node.Syntax} by={node.AlternativesBy} extra={(node.Extra is { } extra ? Facts(extra, schema) : node.AllowsExtra.ToString())} "
            + $"when={string.Join(';', (node.When ?? new Dictionary<string, IReadOnlyList<string>>()).Select(static when => $"{when.Key}:{string.Join(',', when.Value)}"))} "
            + $"oneOf=[{string.Join('|', node.Alternatives.Select(choice => $"{string.Join(',', choice.Values)}:{Facts(choice.Node, schema)}"))}] "
            + $"items=[{(node.Items is { } items ? Facts(items, schema) : "")}] members=[{Members(node.Properties, null, schema)}] keys=[{Keys(node, schema)}]";
    }

    private static string Keys(ApiNode node, ApiSchema schema) => node.PropertyStringFormat is { } key
        ? schema.Formats[key] is { Type: ApiValueType.Array } list ? Facts(list, schema) : Members(schema.Formats[key].Properties, schema.Formats[key].DefaultKeyName, schema)
        : "none";

    private static string Members(IReadOnlyDictionary<string, ApiNode> members, string? defaultKey, ApiSchema schema) =>
        string.Join('|', members.Select(member => $"{member.Key}{(member.Value.IsDefaultKey || member.Key == defaultKey ? "*" : "")}:{Facts(member.Value, schema)}"));

    private static string Text(PermissionCheck? check) => check switch
    {
        null => "none",
        PermissionCheck.All all => $"all({string.Join(' ', all.Checks.Select(Text))})",
        PermissionCheck.AnyOf any => $"any({string.Join(' ', any.Checks.Select(Text))})",
        PermissionCheck.Privilege privilege => $"{privilege.Path} {string.Join(',', privilege.Privileges)} {privilege.Any} {privilege.RequireParameter}",
        PermissionCheck.UserGroup group => $"{string.Join(',', group.Privileges)} {group.GroupsParameter}",
        _ => check.ToString(),
    };
}
