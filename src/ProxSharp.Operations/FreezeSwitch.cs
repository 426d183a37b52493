using System.Globalization;
using System.Text;

namespace ProxSharp.Operations;

/// <summary>A file that stops everything but reading, for a time. It takes effect at once, also on plans that are being applied.</summary>
public sealed class FreezeSwitch
{
    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>Creates the switch of a folder.</summary>
    /// <param name="folder">The folder with the ledger; the switch is its file <c>freeze</c>, which holds the time until which it lasts.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public FreezeSwitch(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _path = Path.Combine(folder, "freeze");
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Stops everything for a time.</summary>
    /// <param name="duration">How long.</param>
    public void Freeze(TimeSpan duration)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(_path)!);
        PrivateFiles.Replace(_path, Encoding.ASCII.GetBytes((_time.GetUtcNow() + duration).ToString("O", CultureInfo.InvariantCulture)));
    }

    /// <summary>Lets work go on.</summary>
    public void Thaw() => File.Delete(_path);

    /// <summary>Refuses if the switch is on. A switch that cannot be read is on.</summary>
    /// <exception cref="GuardRefusedException">It is on.</exception>
    public void Check()
    {
        string text;
        try
        {
            text = File.ReadAllText(_path).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("frozen", $"Changes are frozen: {_path} cannot be read.", e);
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset until)
            || until > _time.GetUtcNow())
        {
            throw new GuardRefusedException("frozen", $"Changes are frozen{(text.Length > 0 ? $" until {Text.UntrustedText.Clean(text, 40)}" : "")}.");
        }
    }
}
