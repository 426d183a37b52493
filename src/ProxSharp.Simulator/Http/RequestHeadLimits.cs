namespace ProxSharp.Simulator.Http;

/// <summary>How large a request head may be.</summary>
/// <param name="MaximumLines">The header lines at which a request is too long.</param>
/// <param name="MaximumBytes">The most bytes of all header lines together; the request line is not counted.</param>
internal sealed record RequestHeadLimits(int MaximumLines, int MaximumBytes)
{
    // Proxmox: 62 header lines pass, 64 do not; 8 KiB in all.
    public static readonly RequestHeadLimits Pve = new(64, 8192);

    public static readonly RequestHeadLimits Pbs = new(100, 400 * 1024);
}
