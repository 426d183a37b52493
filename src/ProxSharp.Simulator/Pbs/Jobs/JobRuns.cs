using System.Text.Json.Nodes;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>What lists of jobs say about their last runs.</summary>
internal static class JobRuns
{
    public static void Describe(JsonObject row, SimulatedTask? run)
    {
        if (run is null)
        {
            return;
        }

        row["last-run-upid"] = run.Upid;
        if (run.Ended is { } ended)
        {
            row["last-run-state"] = run.ExitStatus;
            row["last-run-endtime"] = ended.ToUnixTimeSeconds();
        }
    }
}
