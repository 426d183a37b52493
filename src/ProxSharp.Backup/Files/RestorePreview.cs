namespace ProxSharp.Backup.Files;

/// <summary>What a restore into a directory would do (<see cref="TreeExtractOptions.DryRun"/>). Whether rights and room suffice is not known before.</summary>
public sealed class RestorePreview
{
    private readonly List<FileTreeException> _refusals = [];

    internal RestorePreview()
    {
    }

    /// <summary>Entries that would be made where nothing is, the target among them unless patterns choose a part.</summary>
    public long Created { get; internal set; }

    /// <summary>Entries that would be replaced.</summary>
    public long Overwritten { get; internal set; }

    /// <summary>Files whose content decides whether they are kept or replaced.</summary>
    public long Compared { get; internal set; }

    /// <summary>The content of files that would be made or replaced, in bytes.</summary>
    public long BytesWritten { get; internal set; }

    /// <summary>The content of files that would be compared, in bytes.</summary>
    public long BytesCompared { get; internal set; }

    /// <summary>Entries in whose place is what no restore may replace; what lies in them is not counted. At the first one the restore would end.</summary>
    public long Refused { get; private set; }

    /// <summary>What a restore would say of the first 1000 of them.</summary>
    public IReadOnlyList<FileTreeException> Refusals => _refusals;

    internal void Refuse(FileTreeException refusal)
    {
        Refused++;
        if (_refusals.Count < WarningLog.MaxKept)
            _refusals.Add(refusal);
    }
}
