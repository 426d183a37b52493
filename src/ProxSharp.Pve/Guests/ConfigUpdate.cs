using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>One update of a configuration with its attempts.</summary>
internal sealed class ConfigUpdate<TConfig>
    where TConfig : GuestSettings, IGuestConfig<TConfig>
{
    private readonly Func<TConfig, TConfig> _change;
    private readonly GuestConfigUpdateOptions _options;
    private Digest? _digest;
    private int _attempts;

    public ConfigUpdate(Func<TConfig, TConfig> change, GuestConfigUpdateOptions? options)
    {
        ArgumentNullException.ThrowIfNull(change);
        (_change, _options) = (change, options ?? new GuestConfigUpdateOptions());
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Attempts, 1, nameof(options));
    }

    /// <summary>Applies the change to the configuration as it was read.</summary>
    public GuestConfigChanges Apply(TConfig before)
    {
        _attempts++;
        _digest = before.Digest;
        TConfig after = _change(before) ?? throw new ArgumentException("The change made no configuration.", nameof(before));
        if (after.Digest != before.Digest)
        {
            throw new ArgumentException("The new configuration was not made of the present one: change the one that is given, with 'with'.", nameof(before));
        }

        GuestConfigChanges changes = GuestConfigChanges.Between(before, after);
        string? destroyed = changes.Deleted.FirstOrDefault(static key => GuestSettings.TryGetIndex(key, "unused", out _));
        return destroyed is null
            ? changes
            : throw new ArgumentException($"To leave out {destroyed} would destroy its volume: use DestroyDisk for that.", nameof(before));
    }

    public ConfigWriting Writing(GuestConfigChanges changes) => new()
    {
        Set = changes.Set,
        Delete = changes.Deleted.Count > 0 ? string.Join(',', changes.Deleted) : null,
        Digest = _digest?.Value,
        SkipLock = _options.SkipLock,
    };

    // A lock is no reason to read again.
    public bool TriesAgain(ProxmoxConflictException exception) =>
        _attempts < _options.Attempts
        && (exception.ServerMessage.Contains("checksum mismatch", StringComparison.OrdinalIgnoreCase)
            || exception.ServerMessage.Contains("detected modified configuration", StringComparison.OrdinalIgnoreCase));
}
