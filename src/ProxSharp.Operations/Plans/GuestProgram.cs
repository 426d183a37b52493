using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Pve;
using ProxSharp.Pve.Agents;

namespace ProxSharp.Operations.Plans;

/// <summary>Follows a program that a call has started inside a guest: how it ends, and what it writes, is what it was run for.</summary>
internal sealed class GuestProgram(PveClient client, Door door)
{
    private const string Agent = "/nodes/{node}/qemu/{vmid}/agent";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>True for a call that starts a program.</summary>
    public static bool IsStartedBy(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Agent + "/exec" };

    /// <summary>Waits for the end of the program, ten minutes at most: the result then says that it runs still.</summary>
    /// <param name="call">The call that started it.</param>
    /// <param name="answer">What the server answered.</param>
    /// <param name="cancellationToken">Cancels the waiting; the program goes on.</param>
    /// <exception cref="ProxmoxException">How it is cannot be read.</exception>
    public async Task<AgentExecResult> FollowAsync(PlannedCall call, JsonElement answer, CancellationToken cancellationToken)
    {
        TimeProvider time = client.Options.TimeProvider;
        long start = time.GetTimestamp();
        long process = answer.GetProperty("pid").GetInt64();
        for (TimeSpan pause = s_pause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            AgentExecResult result = await AskAsync(call, process, cancellationToken).ConfigureAwait(false);
            if (result.HasExited || time.GetElapsedTime(start) > s_patience)
            {
                return result;
            }

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // To ask about a program that was allowed runs nothing: it is opened here and for this program alone.
    private async Task<AgentExecResult> AskAsync(PlannedCall call, long process, CancellationToken cancellationToken)
    {
        string vmid = call.Parameters.Find("vmid")!;
        ApiParameters status = new() { { "node", call.Parameters.Find("node")! }, { "vmid", vmid }, { "pid", process } };
        using (door.Open(client.Schema.Find(ApiMethod.Get, Agent + "/exec-status")!.Operation, status))
        {
            return await client.Vms[int.Parse(vmid, CultureInfo.InvariantCulture)].Agent.GetExecStatusAsync(process, cancellationToken).ConfigureAwait(false);
        }
    }
}
