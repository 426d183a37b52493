namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>A directory that is being read.</summary>
internal sealed class PxarReaderFrame(PxarEntry directory, ulong hash)
{
    internal PxarEntry Directory { get; } = directory;

    internal ulong Hash { get; } = hash;

    internal List<GoodbyeChild> Children { get; } = [];

    internal PxarNameGuard Names { get; } = new();

    internal GoodbyeVerifier? Verifier { get; set; }

    /// <summary>Goodbye records that were not read yet.</summary>
    internal long RecordsLeft { get; set; }
}
