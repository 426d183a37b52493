using System.Globalization;
using System.Text;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations;

/// <summary>A file that stops everything but reading, for a time. It takes effect at once, also on plans that are being applied.</summary>
public sealed class FreezeSwitch
{
    private const string Forever = "until lifted";
    private const int LongestReason = 200;

    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>Creates the switch of a folder.</summary>
    /// <param name="folder">
    /// The folder with the ledger; the switch is its file <c>freeze</c>, whose first line is the time until which it lasts and whose second line is the reason.
    /// </param>
    /// <param name="time">The clock; null takes the system's.</param>
    public FreezeSwitch(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _path = Path.Combine(folder, "freeze");
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Returns the switch of a context, with that of all.</summary>
    /// <param name="options">Where they are.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    internal static FreezeSwitch Of(GuardOptions options, TimeProvider? time) => new(options.StateFolder, time)
    {
        Common = options.CommonFolder is { } common ? new FreezeSwitch(common, time) : null,
    };

    /// <summary>
    /// A switch that holds too, as that of all servers; null if there is none. What is asked is what the two say together. <see cref="Freeze"/> and
    /// <see cref="Thaw"/> turn this one alone. Default: null.
    /// </summary>
    public FreezeSwitch? Common { get; init; }

    /// <summary>What the switch says; null if it is off. A switch that cannot be read is on. Of two that are on, the one that ends later tells.</summary>
    public FreezeState? State => Later(Read().State, Common?.State);

    /// <summary>Stops everything. A freeze can be made longer this way and never shorter: of two ends the later one holds.</summary>
    /// <param name="duration">How long from now on; null until somebody lifts it.</param>
    /// <param name="reason">Why, for those who are refused; null keeps the reason that is there.</param>
    /// <returns>True if the freeze ends as asked for; false if one was there that lasts longer and was left as it is.</returns>
    /// <exception cref="GuardRefusedException">
    /// An end was asked for, and the switch that is there is damaged or cannot be read: it stays on until a person has looked at it and lifts it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public bool Freeze(TimeSpan? duration, string? reason = null)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(_path)!);

        // Two at once would both see the old end, and the shorter one could be written last.
        using FileStream guard = Lock();
        (FreezeState? now, bool isSound) = Read();
        DateTimeOffset? until = End(duration);
        if (!isSound)
        {
            return until is null
                ? true
                : throw new GuardRefusedException("frozen", $"{_path} is damaged or cannot be read, so changes are frozen until it is lifted: no end is set.");
        }

        if (now is not null && (now.Until is null ? until is not null : until < now.Until))
        {
            return false;
        }

        string end = until?.ToString("O", CultureInfo.InvariantCulture) ?? Forever;
        PrivateFiles.Replace(_path, Encoding.UTF8.GetBytes($"{end}\n{reason?.ReplaceLineEndings(" ") ?? now?.Reason}"));
        return true;
    }

    /// <summary>Lets work go on.</summary>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    public void Thaw()
    {
        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            return;
        }

        using FileStream guard = Lock();
        File.Delete(_path);
    }

    /// <summary>Refuses if the switch is on. A switch that cannot be read is on.</summary>
    /// <exception cref="GuardRefusedException">It is on.</exception>
    public void Check()
    {
        if (State is { } state)
        {
            throw new GuardRefusedException("frozen", state.Describe())
            {
                IsCommonFreeze = Common?.State is not null,
            };
        }
    }

    private static FreezeState? Later(FreezeState? own, FreezeState? common) => (own, common) switch
    {
        (null, _) => common,
        (_, null) or ({ Until: null }, _) => own,
        _ => common.Until is null || common.Until > own.Until ? common : own,
    };

    private FileStream Lock() => PrivateFiles.WhenFree(() => PrivateFiles.Open(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite));

    // What is too far away to be a date is no end.
    private DateTimeOffset? End(TimeSpan? duration)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return duration is { } time && time < DateTimeOffset.MaxValue - now ? now + time : null;
    }

    private (FreezeState? State, bool IsSound) Read()
    {
        string[] lines;
        try
        {
            lines = RegularFiles.ReadText(_path).Split('\n', 2);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // A link to what is not there is no missing switch: nobody knows what it should say.
            return new FileInfo(_path).LinkTarget is null ? (null, true) : (new FreezeState(null, $"{_path} is a link to a file that is not there"), false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (new FreezeState(null, $"{_path} cannot be read"), false);
        }

        string end = lines[0].Trim();
        string? reason = lines.Length > 1 && lines[1].Trim() is { Length: > 0 } text ? UntrustedText.Clean(text, LongestReason) : null;
        return !DateTimeOffset.TryParse(end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until)
            ? (new FreezeState(null, reason), end == Forever)
            : (until > _time.GetUtcNow() ? new FreezeState(until, reason) : null, true);
    }
}
