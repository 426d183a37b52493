using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Tape;

/// <summary>All tapes, and where they are. Drives and changers are those of the configuration.</summary>
internal sealed class TapeState(PbsState state)
{
    /// <summary>The configuration of drives.</summary>
    public const string DriveConfig = "/config/drive";

    /// <summary>The configuration of changers.</summary>
    public const string ChangerConfig = "/config/changer";

    /// <summary>The configuration of pools.</summary>
    public const string PoolConfig = "/config/media-pool";

    private readonly SortedDictionary<string, TapeLibrary> _libraries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Loaded> _drives = new(StringComparer.Ordinal);
    private readonly List<Cartridge> _shelf = [];
    private readonly List<MediaSet> _sets = [];

    /// <summary>All tapes that the server knows of or could see.</summary>
    public IEnumerable<Cartridge> All => _libraries.Values.SelectMany(static library => library.Slots).OfType<Cartridge>()
        .Concat(_drives.Values.Select(static loaded => loaded.Tape)).Concat(_shelf);

    /// <summary>The tapes whose labels the server has seen, by name.</summary>
    public IEnumerable<Cartridge> Known => All.Where(static tape => tape.IsKnown).OrderBy(static tape => tape.Name, StringComparer.Ordinal);

    /// <summary>The sets that were begun, the oldest first.</summary>
    public IReadOnlyList<MediaSet> Sets => _sets;

    /// <summary>Makes an identifier.</summary>
    public string NewUuid()
    {
        byte[] bytes = new byte[16];
        state.Random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    /// <summary>Begins a set.</summary>
    public MediaSet BeginSet(string uuid, string pool, DateTimeOffset now)
    {
        MediaSet set = new(uuid, now.ToString("ddd MMM d HH:mm:ss yyyy", System.Globalization.CultureInfo.InvariantCulture), pool, now);
        _sets.Add(set);
        return set;
    }

    /// <summary>Forgets a set none of whose tapes is left.</summary>
    public void Forget(MediaSet set) => _sets.Remove(set);

    /// <summary>The configuration of a drive.</summary>
    /// <exception cref="ApiFault">There is none.</exception>
    public JsonObject Drive(string name) => state.Collections.Find(DriveConfig, name) ?? throw new ApiFault(400, $"no such drive '{name}'");

    /// <summary>The machine behind a changer.</summary>
    /// <exception cref="ApiFault">There is none.</exception>
    public TapeLibrary Library(string changer)
    {
        if (state.Collections.Find(ChangerConfig, changer) is null)
        {
            throw new ApiFault(400, $"no such changer '{changer}'");
        }

        if (!_libraries.TryGetValue(changer, out TapeLibrary? library))
        {
            _libraries[changer] = library = new TapeLibrary(_libraries.Count);
        }

        return library;
    }

    /// <summary>The changer of a drive; null if it stands alone.</summary>
    public string? ChangerOf(string drive) => Drive(drive)["changer"] is JsonValue value ? ApiCall.TextOf(value) : null;

    /// <summary>The machine of a drive.</summary>
    /// <exception cref="ApiFault">It has none.</exception>
    public TapeLibrary LibraryOf(string drive) =>
        Library(ChangerOf(drive) ?? throw new ApiFault(400, $"drive '{drive}' has no associated changer device"));

    /// <summary>The drives of a changer in their order.</summary>
    public IEnumerable<ChangerDrive> DrivesOf(string changer) => state.Collections.Items(DriveConfig)
        .Where(drive => drive.Value["changer"] is JsonValue value && ApiCall.TextOf(value) == changer)
        .Select(static drive => new ChangerDrive(drive.Key, drive.Value["changer-drivenum"] is JsonValue number && int.TryParse(ApiCall.TextOf(number), out int at) ? at : 0))
        .OrderBy(static drive => drive.Number);

    /// <summary>What is in a drive; null for nothing. A drive that stands alone has a new tape at first.</summary>
    public Loaded? InDrive(string name)
    {
        if (ChangerOf(name) is null && !_drives.ContainsKey(name))
        {
            _drives[name] = new Loaded(new Cartridge(null), null);
        }

        return _drives.TryGetValue(name, out Loaded? loaded) && loaded.IsThere ? loaded : null;
    }

    /// <summary>The tape in a drive.</summary>
    /// <exception cref="ApiFault">There is none.</exception>
    public Cartridge Tape(string drive) => InDrive(drive)?.Tape ?? throw new ApiFault(400, "no tape loaded");

    /// <summary>Puts the tape of a slot into a drive; what is there goes back first.</summary>
    /// <exception cref="ApiFault">The slot is empty.</exception>
    public Cartridge Load(string drive, int slot)
    {
        TapeLibrary library = LibraryOf(drive);
        Cartridge tape = library.Slots[slot]
            ?? throw new ApiFault(400, FormattableString.Invariant($"slot {slot + 1} is empty"));
        if (InDrive(drive) is not null)
        {
            Unload(drive, null);
        }

        library.Slots[slot] = null;
        _drives[drive] = new Loaded(tape, slot);
        return tape;
    }

    /// <summary>Puts a tape into a drive, from wherever it is.</summary>
    /// <exception cref="ApiFault">It is not to be had.</exception>
    public Cartridge Load(string drive, Func<Cartridge, bool> wanted, string name)
    {
        if (InDrive(drive) is { } loaded && wanted(loaded.Tape))
        {
            return loaded.Tape;
        }

        TapeLibrary library = LibraryOf(drive);
        int slot = Array.FindIndex(library.Slots, tape => tape is not null && wanted(tape));
        return slot >= 0 ? Load(drive, slot) : throw new ApiFault(400, $"unable to load media '{name}' - media is offline");
    }

    /// <summary>Takes the tape out of a drive.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="target">The slot; null for the one it came from. A drive that stands alone gives it to a person.</param>
    /// <exception cref="ApiFault">There is no tape, or the slot is taken.</exception>
    public Cartridge Unload(string drive, int? target)
    {
        Loaded loaded = InDrive(drive) ?? throw new ApiFault(400, $"unable to unload drive '{drive}' - drive is empty");
        if (ChangerOf(drive) is { } changer)
        {
            TapeLibrary library = Library(changer);
            int slot = target ?? (loaded.Slot is { } old && library.Slots[old] is null ? old : Array.IndexOf(library.Slots, null));
            if (slot < 0 || library.Slots[slot] is not null)
            {
                throw new ApiFault(400, FormattableString.Invariant($"unable to unload drive '{drive}' - slot {slot + 1} is full"));
            }

            library.Slots[slot] = loaded.Tape;
            _drives.Remove(drive);
        }
        else
        {
            _shelf.Add(loaded.Tape);
            _drives[drive] = new Loaded(loaded.Tape, null) { IsThere = false };
        }

        return loaded.Tape;
    }

    /// <summary>Where a tape is: <c>online-CHANGER</c>, <c>vault-NAME</c> or <c>offline</c>.</summary>
    public string LocationOf(Cartridge tape)
    {
        string? changer = _libraries.FirstOrDefault(library => library.Value.Slots.Contains(tape)).Key
            ?? _drives.Where(drive => drive.Value.IsThere && drive.Value.Tape == tape).Select(drive => ChangerOf(drive.Key)).FirstOrDefault();
        return tape.Vault is { } vault ? $"vault-{vault}" : changer is null ? "offline" : $"online-{changer}";
    }

    /// <summary>A tape in a drive.</summary>
    /// <param name="Tape">The tape.</param>
    /// <param name="Slot">Where it came from; null from a person.</param>
    internal sealed record Loaded(Cartridge Tape, int? Slot)
    {
        /// <summary>False once it was ejected.</summary>
        public bool IsThere { get; init; } = true;
    }
}
