using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Documentation;

/// <summary>
/// The script in which a server publishes its schema for its API viewer: a tree of paths, each with its verbs. The facts are those the
/// simulator works by; descriptions are not among them.
/// </summary>
internal sealed class SchemaScript
{
    /// <summary>The type servers give the script.</summary>
    public const string ContentType = "application/javascript";

    private static readonly ConditionalWeakTable<ApiSchema, byte[]> s_written = [];

    private readonly SchemaNodes _nodes;
    private readonly List<Branch> _roots = [];

    private SchemaScript(ApiSchema schema)
    {
        _nodes = new SchemaNodes(schema);
        Dictionary<string, Branch> branches = new(StringComparer.Ordinal);
        foreach (ApiEndpoint endpoint in schema.Endpoints)
        {
            BranchFor(endpoint.Path, branches).Endpoints.Add(endpoint);
        }
    }

    /// <summary>Returns the script of a schema; it is written when it is first asked for.</summary>
    public static byte[] Of(ApiSchema schema) => s_written.GetValue(schema, static schema => new SchemaScript(schema).Write());

    private Branch BranchFor(string path, Dictionary<string, Branch> branches)
    {
        if (branches.TryGetValue(path, out Branch? branch))
        {
            return branch;
        }

        int slash = path.LastIndexOf('/');
        branches[path] = branch = new Branch(path, path[(slash + 1)..]);
        List<Branch> siblings = slash <= 0 ? _roots : BranchFor(path[..slash], branches).Children;
        siblings.Add(branch);
        return branch;
    }

    private byte[] Write()
    {
        ArrayBufferWriter<byte> script = new();
        script.Write("const apiSchema = "u8);
        using (Utf8JsonWriter json = new(script, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, _roots);
        }

        script.Write("\n;\n"u8);
        return script.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter json, List<Branch> branches)
    {
        json.WriteStartArray();
        foreach (Branch branch in branches)
        {
            json.WriteStartObject();
            if (branch.Children.Count > 0)
            {
                json.WritePropertyName("children");
                Write(json, branch.Children);
            }

            json.WriteStartObject("info");
            foreach (ApiEndpoint endpoint in branch.Endpoints)
            {
                json.WritePropertyName(endpoint.Method.ToVerb());
                Write(json, endpoint);
            }

            json.WriteEndObject();
            json.WriteNumber("leaf", branch.Children.Count > 0 ? 0 : 1);
            json.WriteString("path", branch.Path);
            json.WriteString("text", branch.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Write(Utf8JsonWriter json, ApiEndpoint endpoint)
    {
        json.WriteStartObject();
        if (!endpoint.AllowsToken)
        {
            _nodes.Flag(json, "allowtoken", value: false);
        }

        json.WriteString("method", endpoint.Transport == ApiTransportKind.Envelope ? endpoint.Method.ToVerb() : endpoint.Transport.ToString().ToUpperInvariant());
        if (endpoint.Name is { } name)
        {
            json.WriteString("name", name);
        }

        json.WritePropertyName("parameters");
        WriteParameters(json, endpoint);
        SchemaPermissions.Write(json, endpoint.Permission);
        if (endpoint.IsProtected)
        {
            _nodes.Flag(json, "protected", value: true);
        }

        if (endpoint.ProxyTo is { } proxy)
        {
            json.WriteString("proxyto", proxy);
        }

        json.WritePropertyName("returns");
        _nodes.Write(json, endpoint.Returns);
        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json, ApiEndpoint endpoint)
    {
        json.WriteStartObject();
        _nodes.Flag(json, "additionalProperties", endpoint.AllowsExtraParameters);
        if (endpoint.Variants is not { } variants)
        {
            _nodes.WriteProperties(json, endpoint.Parameters);
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("allOf");
        json.WriteStartObject();
        _nodes.WriteProperties(json, endpoint.Parameters);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type-property", variants.By);
        json.WriteStartArray("oneOf");
        foreach ((string value, IReadOnlyDictionary<string, ApiNode> parameters) in variants.Parameters)
        {
            json.WriteStartObject();
            SchemaNodes.Texts(json, "instance-types", [value]);
            _nodes.WriteProperties(json, parameters);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A path with what can be done there and what lies below.</summary>
    private sealed record Branch(string Path, string Text)
    {
        public List<ApiEndpoint> Endpoints { get; } = [];

        public List<Branch> Children { get; } = [];
    }
}
