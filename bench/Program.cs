using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ProxSharp.Bench;

// Runs one part or all of them: resources, overhead, connections, tasks, create, bulk, formats, upload [MiB], backup [MiB], restore [MiB]. (serve is the other process of backup and restore.)
string part = args.Length > 0 ? args[0] : "all";
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default);

if (part is "all" or "resources")
{
    BenchmarkRunner.Run<ClusterResourcesBenchmarks>(config);
}

if (part is "all" or "overhead")
{
    BenchmarkRunner.Run<CallOverheadBenchmarks>(config);
}

if (part is "all" or "connections")
{
    await ConnectionReuseRun.RunAsync();
}

if (part is "all" or "tasks")
{
    await TaskWaitRun.RunAsync();
}

if (part is "all" or "create")
{
    await ConcurrentCreateRun.RunAsync();
}

if (part is "all" or "bulk")
{
    await BulkStartRun.RunAsync();
}

if (part is "all" or "formats")
{
    FormatsRun.Run();
}

if (part is "serve")
{
    await BenchServer.ServeAsync();
}

if (part is "all" or "backup")
{
    long mebibytes = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 1024;
    await BackupRun.RunAsync(mebibytes << 20);
}

if (part is "all" or "restore")
{
    long mebibytes = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 1024;
    await RestoreRun.RunAsync(mebibytes << 20);
}

if (part is "all" or "upload")
{
    long mebibytes = args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 4096;
    await UploadMemoryRun.RunAsync(mebibytes << 20);
}
