using System.Globalization;

namespace ProxSharp.Simulator.Pbs;

/// <summary>A backup snapshot.</summary>
/// <param name="Namespace">Its namespace; empty for the root.</param>
/// <param name="Type"><c>vm</c>, <c>ct</c> or <c>host</c>.</param>
/// <param name="Id">The backup id.</param>
/// <param name="Time">Unix seconds.</param>
internal sealed record Snapshot(string Namespace, string Type, string Id, long Time)
{
    public required IReadOnlyList<(string Name, long Size)> Files { get; init; }

    public required string Owner { get; set; }

    public string Notes { get; set; } = "";

    public bool IsProtected { get; set; }

    /// <summary>The UPID of the verification and <c>ok</c> or <c>failed</c>; null if it was never verified.</summary>
    public (string Upid, string State)? Verification { get; set; }

    public long Size => Files.Sum(static file => file.Size);

    public string Group => $"{Type}/{Id}";

    /// <summary><c>type/id/2026-01-01T00:00:00Z</c>.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"{Group}/{DateTimeOffset.FromUnixTimeSeconds(Time):yyyy-MM-ddTHH:mm:ssZ}");
}
