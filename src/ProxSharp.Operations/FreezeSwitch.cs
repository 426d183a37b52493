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

    /// <summary>What the switch says; null if it is off. A switch that cannot be read is on.</summary>
    public FreezeState? State
    {
        get
        {
            string[] lines;
            try
            {
                lines = RegularFiles.ReadText(_path).Split('\n', 2);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new FreezeState(null, $"{_path} cannot be read");
            }

            string? reason = lines.Length > 1 && lines[1].Trim() is { Length: > 0 } text ? UntrustedText.Clean(text, LongestReason) : null;
            return !DateTimeOffset.TryParse(lines[0].Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until)
                ? new FreezeState(null, reason)
                : until > _time.GetUtcNow() ? new FreezeState(until, reason) : null;
        }
    }

    /// <summary>Stops everything.</summary>
    /// <param name="duration">How long; null until somebody lifts it.</param>
    /// <param name="reason">Why, for those who are refused.</param>
    public void Freeze(TimeSpan? duration, string? reason = null)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(_path)!);
        string until = duration is { } time ? (_time.GetUtcNow() + time).ToString("O", CultureInfo.InvariantCulture) : Forever;
        PrivateFiles.Replace(_path, Encoding.UTF8.GetBytes($"{until}\n{reason?.ReplaceLineEndings(" ")}"));
    }

    /// <summary>Lets work go on.</summary>
    public void Thaw() => File.Delete(_path);

    /// <summary>Refuses if the switch is on. A switch that cannot be read is on.</summary>
    /// <exception cref="GuardRefusedException">It is on.</exception>
    public void Check()
    {
        if (State is { } state)
        {
            string until = state.Until is { } time ? $" until {time:u}" : "";
            throw new GuardRefusedException("frozen", $"Changes are frozen{until}{(state.Reason is { } reason ? $": {reason}" : "")}.");
        }
    }
}
