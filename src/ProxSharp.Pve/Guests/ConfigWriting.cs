using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>What is written into a configuration.</summary>
internal sealed record ConfigWriting
{
    public IReadOnlyDictionary<string, string>? Set { get; init; }

    public string? Delete { get; init; }

    public string? Revert { get; init; }

    public string? Digest { get; init; }

    public bool SkipLock { get; init; }

    public static ConfigWriting Deleting(IReadOnlyCollection<string> keys, Digest? digest) => new() { Delete = Join(keys), Digest = digest?.Value };

    public static ConfigWriting Reverting(IReadOnlyCollection<string> keys, Digest? digest) => new() { Revert = Join(keys), Digest = digest?.Value };

    private static string Join(IReadOnlyCollection<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0)
        {
            throw new ArgumentException("There is no name of an option.", nameof(keys));
        }

        foreach (string key in keys)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(key, nameof(keys));
        }

        return string.Join(',', keys);
    }
}
