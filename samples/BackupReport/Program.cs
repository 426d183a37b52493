using System.Globalization;
using BackupReport;
using ProxSharp;
using ProxSharp.Pve;
using Samples;

if (args.Length != 1 || !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out int hours))
{
    await Console.Error.WriteLineAsync($"Usage: BackupReport HOURS\n{Connection.Help}");
    return 2;
}

await using PveClient pve = Connection.FromEnvironment();
try
{
    IReadOnlyList<UnprotectedGuest> guests = await Backups.FindOverdueAsync(pve, DateTimeOffset.UtcNow.AddHours(-hours));
    foreach (UnprotectedGuest guest in guests)
    {
        Console.WriteLine($"{guest.Guest}: {(guest.Latest is { } latest ? $"last backup {latest:u}" : "no backup")}");
    }

    return guests.Count == 0 ? 0 : 1;
}
catch (ProxmoxException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
