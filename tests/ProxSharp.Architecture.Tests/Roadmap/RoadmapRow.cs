using ProxSharp.Api;

namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>A row of the tables in docs/roadmap.md. Command and endpoint are null where the table has a dash.</summary>
internal sealed record RoadmapRow(string Operation, string Member, string? Command, string? Endpoint)
{
    private const string None = "—";

    /// <summary>True if the row is about Proxmox Backup Server.</summary>
    public bool IsBackupServer => Member.StartsWith("PbsClient.", StringComparison.Ordinal);

    public static IReadOnlyList<RoadmapRow> ReadAll() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "roadmap.md"))
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| operation |", StringComparison.Ordinal))
            .Select(Parse),
    ];

    public static ApiMethod ToMethod(string verb) => Enum.Parse<ApiMethod>(verb, ignoreCase: true);

    public override string ToString() => $"{Member} ({Endpoint ?? None})";

    private static RoadmapRow Parse(string line)
    {
        string[] cells = line.Trim('|', ' ').Split(" | ");
        Assert.True(cells.Length == 4, $"Not four cells: {line}");
        return new RoadmapRow(cells[0], Code(cells[1])!, Code(cells[2]), Code(cells[3]));
    }

    private static string? Code(string cell)
    {
        if (cell == None)
        {
            return null;
        }

        Assert.True(cell.Length > 2 && cell[0] == '`' && cell[^1] == '`', $"Not code: {cell}");
        return cell[1..^1];
    }
}
