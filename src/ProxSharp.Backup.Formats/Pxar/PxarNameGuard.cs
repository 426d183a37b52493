namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Finds a name that stands twice in a directory with little memory: names come in ascending order, so the last one is enough. Only where
/// the order is broken (the client puts its <c>.pxarexclude-cli</c> last) are the hashes of all names compared; two names of equal hash
/// then count as the same.
/// </summary>
internal sealed class PxarNameGuard
{
    private readonly List<ulong> _ordered = [];
    private PxarName _greatest;
    private HashSet<ulong>? _hashes;

    /// <summary>Whether the name is new.</summary>
    /// <param name="name">The name.</param>
    /// <param name="hash">Its hash.</param>
    internal bool TryAdd(PxarName name, ulong hash)
    {
        if (_hashes is null && (_greatest.IsRoot || name > _greatest))
        {
            _greatest = name;
            _ordered.Add(hash);
            return true;
        }

        _hashes ??= [.. _ordered];
        return _hashes.Add(hash);
    }
}
