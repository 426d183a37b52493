using System.Diagnostics;
using System.Globalization;

namespace ProxSharp.Bench;

/// <summary>What a part of a run took of this process.</summary>
internal sealed record Usage(double Wall, double Cpu, long PeakMebibytes)
{
    /// <summary>Starts: the peak of memory is counted anew where the system can.</summary>
    public static Usage Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }

        return Read();
    }

    /// <summary>Ends.</summary>
    public static Usage Since(Usage start)
    {
        Usage now = Read();
        return new Usage(now.Wall - start.Wall, now.Cpu - start.Cpu, now.PeakMebibytes);
    }

    private static Usage Read()
    {
        using Process process = Process.GetCurrentProcess();
        return new Usage(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, process.TotalProcessorTime.TotalSeconds, Peak(process) >> 20);
    }

    private static long Peak(Process process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return process.PeakWorkingSet64;
        }

        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6, line.Length - 6 - 2).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
