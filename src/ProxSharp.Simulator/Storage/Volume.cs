namespace ProxSharp.Simulator.Storage;

/// <summary>Something kept on a storage.</summary>
internal sealed record Volume
{
    /// <summary><c>storage:name</c>.</summary>
    public required string Id { get; init; }

    public required string Storage { get; init; }

    /// <summary>The node it is on; null if the storage is shared.</summary>
    public required string? Node { get; init; }

    /// <summary><c>images</c>, <c>rootdir</c>, <c>iso</c>, <c>vztmpl</c>, <c>backup</c>, <c>snippets</c> or <c>import</c>.</summary>
    public required string Content { get; init; }

    public required string Format { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; set; }

    public int? VmId { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long Created { get; init; }

    public string? Notes { get; set; }

    public bool IsProtected { get; set; }

    /// <summary>The volume this one is a linked clone of.</summary>
    public string? Parent { get; init; }

    /// <summary>The guest's options at the time of a backup; null for everything but backups.</summary>
    public Dictionary<string, string>? SavedConfig { get; init; }

    /// <summary>The name behind the storage's colon.</summary>
    public string Name => Id[(Storage.Length + 1)..];
}
