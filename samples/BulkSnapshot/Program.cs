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
    Progress<BulkProgress> progress = new(step => Console.WriteLine($"{step.Done} of {step.Total}"));
    BulkReport report = await TaggedGuests.SnapshotAsync(pve, args[0], args[1], progress);
    Console.WriteLine(report);
    return report.IsSuccess ? 0 : 1;
}
catch (Exception exception) when (exception is ProxmoxException or FormatException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
