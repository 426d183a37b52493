using BulkSnapshot;
using ProxSharp;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using Samples;

if (args.Length != 2)
{
    await Console.Error.WriteLineAsync($"Usage: BulkSnapshot TAG SNAPSHOT-NAME\n{Connection.Help}");
    return 2;
}

await using PveClient pve = Connection.FromEnvironment();
try
{
    BulkReport report = await TaggedGuests.SnapshotAsync(pve, args[0], args[1], new Progress<BulkProgress>(progress => Console.WriteLine($"{progress.Done} of {progress.Total}")));
    Console.WriteLine(report);
    return report.IsSuccess ? 0 : 1;
}
catch (Exception exception) when (exception is ProxmoxException or FormatException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
