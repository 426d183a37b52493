using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Makes the answer of a call from what the schema declares: every member is there, with a value that tells its name, the same in every run.</summary>
/// <param name="product">The product, which decides how booleans are written.</param>
internal sealed class SchemaValues(ProxmoxProduct product)
{
    private const int MaximumDepth = 6;
    private const int Rows = 2;
    private const long Moment = 1_769_860_800;

    /// <summary>The identifier of a task of a Proxmox VE node.</summary>
    public const string PveTask = "UPID:pve1:00001A2B:0003C4D5:697DEE40:vzdump:100:root@pam:";

    /// <summary>The identifier of a task of a backup server.</summary>
    public const string PbsTask = "UPID:pbs1:00001A2B:0003C4D5:00000001:697DEE40:verify:store1:root@pam:";

    /// <summary>The identifier of a task of the product.</summary>
    public string Task => product == ProxmoxProduct.BackupServer ? PbsTask : PveTask;

    /// <summary>Returns what a call answers.</summary>
    public JsonNode? Answer(ApiEndpoint endpoint) => endpoint.Task switch
    {
        ApiTaskKind.Returns or ApiTaskKind.Undeclared or ApiTaskKind.Maybe => Task,
        _ => Create(endpoint.Returns, endpoint.Path.Split('/')[^1].Trim('{', '}'), 1, 0),
    };

    private JsonNode? Create(ApiNode node, string name, int row, int depth)
    {
        if (node.Alternatives.Count > 0)
        {
            return Create(node.Alternatives[0].Node, name, row, depth);
        }

        return node.Type switch
        {
            ApiValueType.Null => null,
            ApiValueType.Boolean => product == ProxmoxProduct.VirtualEnvironment ? row % 2 : row % 2 == 1,
            ApiValueType.Integer => Integer(node, name, row),
            ApiValueType.Number => Math.Clamp(0.25 * row, node.Minimum ?? double.MinValue, node.Maximum ?? double.MaxValue),
            ApiValueType.Array => List(node, name, depth),
            ApiValueType.Object => Members(node, row, depth),
            _ => Text(node, name, row),
        };
    }

    private JsonArray List(ApiNode node, string name, int depth) =>
        [.. Enumerable.Range(1, depth < MaximumDepth ? Rows : 0).Select(row => node.Items is { Type: not ApiValueType.Any } items
            ? Create(items, name, row, depth + 1)
            : new JsonObject { ["id"] = $"{name}-{row}", ["count"] = row })];

    private JsonObject Members(ApiNode node, int row, int depth)
    {
        JsonObject members = [];
        foreach ((string name, ApiNode member) in node.Properties.Where(_ => depth < MaximumDepth))
        {
            string wire = name.Replace("[n]", "0", StringComparison.Ordinal);
            members[wire] = Create(member, wire, row, depth + 1);
        }

        if (node.Properties.Count == 0)
        {
            members["first"] = node.Extra is { } extra ? Create(extra, "first", row, depth + 1) : $"first-{row}";
            members["second"] = node.Extra is { } other ? Create(other, "second", row, depth + 1) : row;
        }

        return members;
    }

    private static long Integer(ApiNode node, string name, int row)
    {
        if (node.Enumeration is { Count: > 0 } values && long.TryParse(values[0], out long listed))
        {
            return listed;
        }

        long wanted = name switch
        {
            "vmid" => 99 + row,
            _ when node.Renderer == "timestamp" || name.EndsWith("time", StringComparison.Ordinal) || name is "created" or "expire" or "notafter" or "notbefore" =>
                Moment + row,

            // Other members have other numbers, so that columns are not mixed up unseen.
            _ => (name.Sum(static c => c) % 1000 * 10) + row,
        };
        return (long)Math.Clamp(wanted, node.Minimum ?? long.MinValue, node.Maximum ?? long.MaxValue);
    }

    private string Text(ApiNode node, string name, int row) => name switch
    {
        "upid" => Task,
        _ when node.Enumeration is { Count: > 0 } values => values[(row - 1) % values.Count],
        "node" => product == ProxmoxProduct.BackupServer ? "pbs1" : $"pve{row}",
        _ => $"{name}-{row}",
    };
}
