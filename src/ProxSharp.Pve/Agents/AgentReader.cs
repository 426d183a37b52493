using System.Globalization;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Agents;

/// <summary>Makes results of what the server passes on from the agent.</summary>
internal static class AgentReader
{
    // The agent counts time in nanoseconds; .NET in steps of 100.
    private const int NanosecondsPerTick = 100;

    public static AgentInfo Read(NodesQemuAgentInfoResult result)
    {
        Dictionary<string, bool> commands = new(StringComparer.Ordinal);
        foreach (NodesQemuAgentInfoResultSupportedCommandsItem command in result.Result.SupportedCommands)
        {
            commands[command.Name] = command.Enabled;
        }

        return new AgentInfo(result.Result.Version, commands);
    }

    public static GuestOperatingSystem Read(NodesQemuAgentOsInfoResult result) => new()
    {
        Id = result.Result.Id ?? "",
        Name = result.Result.Name ?? "",
        PrettyName = result.Result.PrettyName ?? "",
        Version = result.Result.Version ?? "",
        VersionId = result.Result.VersionId ?? "",
        Variant = result.Result.Variant ?? "",
        KernelRelease = result.Result.KernelRelease ?? "",
        KernelVersion = result.Result.KernelVersion ?? "",
        Machine = result.Result.Machine ?? "",
    };

    public static DateTimeOffset ReadTime(NodesQemuAgentFsFreezeFreezeResult result) => DateTimeOffset.UnixEpoch.AddTicks(result.Result / NanosecondsPerTick);

    public static GuestTimeZone Read(NodesQemuAgentTimezoneResult result) => new(result.Result.Zone ?? "", TimeSpan.FromSeconds(result.Result.Offset));

    public static IReadOnlyList<GuestUser> Read(NodesQemuAgentUsersResult result) =>
    [
        .. result.Result.Select(static user => new GuestUser(user.User, user.Domain ?? "", DateTimeOffset.UnixEpoch.AddSeconds(user.LoginTime))),
    ];

    public static IReadOnlyList<GuestProcessor> Read(NodesQemuAgentVcpusResult result) =>
        [.. result.Result.Select(static item => new GuestProcessor(item.LogicalId, item.Online, item.CanOffline))];

    public static IReadOnlyList<GuestMemoryBlock> Read(NodesQemuAgentMemoryBlocksResult result) =>
        [.. result.Result.Select(static item => new GuestMemoryBlock(item.PhysIndex, item.Online, item.CanOffline))];

    public static FreezeStatus Read(NodesQemuAgentFsFreezeStatusResult result) => result.Result == "frozen" ? FreezeStatus.Frozen : FreezeStatus.Thawed;

    public static IReadOnlyList<GuestTrim> Read(NodesQemuAgentFsTrimResult result) =>
        [.. result.Result.Paths.Select(static item => new GuestTrim(item.Path, item.Trimmed, item.Error))];

    public static IReadOnlyList<GuestFileSystem> Read(NodesQemuAgentFsInfoResult result) =>
    [
        .. result.Result.Select(static item => new GuestFileSystem
        {
            Name = item.Name,
            MountPoint = item.Mountpoint,
            Type = item.Type,
            TotalBytes = item.TotalBytes,
            UsedBytes = item.UsedBytes,
            Disks = [.. item.Disk.Select(Read)],
        }),
    ];

    public static AgentExecResult Read(long process, NodesQemuAgentExecStatusResult result) => new()
    {
        ProcessId = process,
        HasExited = result.Exited,
        ExitCode = (int?)result.Exitcode,
        Signal = (int?)result.Signal,
        Output = AgentText.Repair(result.OutData),
        Error = AgentText.Repair(result.ErrData),
        IsOutputTruncated = result.OutTruncated ?? false,
        IsErrorTruncated = result.ErrTruncated ?? false,
    };

    public static AgentFileContent Read(NodesQemuAgentReadFileResult result)
    {
        try
        {
            return new AgentFileContent(Convert.FromBase64String(result.Content), result.Truncated ?? false);
        }
        catch (FormatException exception)
        {
            throw new ProxmoxProtocolException("The server was asked for a file in base64 and gave something else.", exception);
        }
    }

    private static GuestDisk Read(NodesQemuAgentFsInfoResultDiskItem item) => new()
    {
        Device = item.Dev ?? "",
        BusType = item.BusType ?? "",
        Serial = item.Serial ?? "",
        Bus = item.Bus,
        Target = item.Target,
        Unit = item.Unit,
        PciAddress = item.PciController is { } pci
            ? string.Create(CultureInfo.InvariantCulture, $"{pci.Domain:x4}:{pci.Bus:x2}:{pci.Slot:x2}.{pci.Function:x}")
            : "",
    };
}
