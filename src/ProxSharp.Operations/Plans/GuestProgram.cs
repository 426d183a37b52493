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
    private static readonly AgentExecOptions s_wait = new() { Timeout = TimeSpan.FromMinutes(10), MaxInterval = TimeSpan.FromSeconds(5) };

    /// <summary>True for a call that starts a program.</summary>
    public static bool IsStartedBy(PlannedCall call) => call is { Method: ApiMethod.Post, Path: Agent + "/exec" };

    /// <summary>The number of the process that a call has started.</summary>
    /// <param name="answer">What the server answered.</param>
    /// <exception cref="ProxmoxProtocolException">It names none.</exception>
    public static long ProcessOf(JsonElement answer)
    {
        // Proxmox: numbers come as texts, too.
        string text = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("pid", out JsonElement pid) ? pid.ToString() : "";
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long process) && process > 0
            ? process
            : throw new ProxmoxProtocolException("The answer of the guest agent has no 'pid' that is the number of a process.");
    }

    /// <summary>Waits for the end of the program, ten minutes at most: the result then says that it runs still.</summary>
    /// <param name="call">The call that started it.</param>
    /// <param name="process">The number of its process.</param>
    /// <param name="cancellationToken">Cancels the waiting; the program goes on.</param>
    /// <exception cref="ProxmoxException">How it is cannot be read.</exception>
    public async Task<AgentExecResult> FollowAsync(PlannedCall call, long process, CancellationToken cancellationToken)
    {
        string vmid = call.Parameters.Find("vmid")!;
        ApiParameters status = new() { { "node", call.Parameters.Find("node")! }, { "vmid", vmid }, { "pid", process } };

        // To ask about a program that was allowed runs nothing: the door is opened for this one alone.
        using (door.Open(client.Schema.Find(ApiMethod.Get, Agent + "/exec-status")!.Operation, status))
        {
            try
            {
                return await client.Vms[int.Parse(vmid, CultureInfo.InvariantCulture)].Agent.WaitForExecAsync(process, s_wait, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return new AgentExecResult { ProcessId = process };
            }
        }
    }
}
