using System.Text;
using ProxSharp.Http;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Agents;

public sealed partial class GuestAgent
{
    private const int LongestInput = 64 * 1024;

    /// <summary>Runs a program inside the guest and waits for its end.</summary>
    /// <param name="command">The program and its arguments, one item each. No shell is involved: for pipes and variables run <c>["sh", "-c",
    /// "..."]</c>.</param>
    /// <param name="options">Its input, and how long to wait.</param>
    /// <param name="cancellationToken">Cancels the waiting. The program goes on.</param>
    /// <returns>How it ended and what it wrote. A failure of the program is no exception: see <see
    /// cref="AgentExecResult.EnsureSucceeded"/>.</returns>
    /// <exception cref="TimeoutException">It has not ended in time; <see cref="GetExecStatusAsync"/> tells later how it does.</exception>
    /// <exception cref="ArgumentException">The options cannot work; nothing was started.</exception>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/exec</c> and <c>GET /nodes/{node}/qemu/{vmid}/agent/exec-status</c>. Needs
    /// <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<AgentExecResult> ExecAsync(IReadOnlyList<string> command, AgentExecOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        long process = await StartAsync(command, options.Input, cancellationToken).ConfigureAwait(false);
        return await WaitForExecAsync(process, options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ExecAsync"/>
    public AgentExecResult Exec(IReadOnlyList<string> command, AgentExecOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = Checked(options);
        long process = Start(command, options.Input, cancellationToken);
        return WaitForExec(process, options, cancellationToken);
    }

    /// <summary>Starts a program inside the guest and does not wait for it.</summary>
    /// <param name="command">The program and its arguments, one item each.</param>
    /// <param name="input">What it reads from its standard input, at most 64 KiB as UTF-8; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The number of the process inside the guest, for <see cref="GetExecStatusAsync"/>.</returns>
    /// <exception cref="ProxmoxProtocolException">The answer names no process; the program may have been started.</exception>
    /// <remarks><c>POST /nodes/{node}/qemu/{vmid}/agent/exec</c>. Needs <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<long> StartAsync(IReadOnlyList<string> command, string? input = null, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentExecRequest request = ExecRequest(command, input);
        return Process(
            (await CallAsync(node => Agent.ExecAsync(node, Id, request, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false)).Pid);
    }

    /// <inheritdoc cref="StartAsync"/>
    public long Start(IReadOnlyList<string> command, string? input = null, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentExecRequest request = ExecRequest(command, input);
        return Process(Call(node => Agent.Exec(node, Id, request, cancellationToken: cancellationToken), cancellationToken).Pid);
    }

    /// <summary>Waits for the end of a program that was started inside the guest.</summary>
    /// <param name="processId">The number of the process inside the guest.</param>
    /// <param name="options">How long to wait; null for the defaults. Its input is not read.</param>
    /// <param name="cancellationToken">Cancels the waiting. The program goes on.</param>
    /// <returns>How it ended and what it wrote. A failure of the program is no exception: see <see
    /// cref="AgentExecResult.EnsureSucceeded"/>.</returns>
    /// <exception cref="TimeoutException">It has not ended in time; <see cref="GetExecStatusAsync"/> tells later how it does.</exception>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/exec-status</c>. Needs <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<AgentExecResult> WaitForExecAsync(long processId, AgentExecOptions? options = null, CancellationToken cancellationToken = default)
    {
        ExecWait wait = new(processId, Checked(options), Time);
        while (true)
        {
            AgentExecResult result = await GetExecStatusAsync(processId, cancellationToken).ConfigureAwait(false);
            if (result.HasExited)
            {
                return result;
            }

            await Pause.ForAsync(wait.NextPause(), Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="WaitForExecAsync"/>
    public AgentExecResult WaitForExec(long processId, AgentExecOptions? options = null, CancellationToken cancellationToken = default)
    {
        ExecWait wait = new(processId, Checked(options), Time);
        while (true)
        {
            AgentExecResult result = GetExecStatus(processId, cancellationToken);
            if (result.HasExited)
            {
                return result;
            }

            Pause.For(wait.NextPause(), Time, cancellationToken);
        }
    }

    /// <summary>Tells how a program does that was started inside the guest. The agent forgets a program once it has told of its end.</summary>
    /// <param name="processId">The number of the process inside the guest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /nodes/{node}/qemu/{vmid}/agent/exec-status</c>. Needs <c>VM.GuestAgent.Unrestricted</c> on <c>/vms/{vmid}</c>.</remarks>
    public async Task<AgentExecResult> GetExecStatusAsync(long processId, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentGetExecStatusRequest request = new() { Pid = processId };
        return AgentReader.Read(
            processId, await CallAsync(node => Agent.GetExecStatusAsync(node, Id, request, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="GetExecStatusAsync"/>
    public AgentExecResult GetExecStatus(long processId, CancellationToken cancellationToken = default)
    {
        NodesQemuAgentGetExecStatusRequest request = new() { Pid = processId };
        return AgentReader.Read(processId, Call(node => Agent.GetExecStatus(node, Id, request, cancellationToken: cancellationToken), cancellationToken));
    }

    // Proxmox: the server makes a byte of each character of the input, so UTF-8 is sent as characters that are its bytes.
    private static NodesQemuAgentExecRequest ExecRequest(IReadOnlyList<string> command, string? input)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Count == 0 || string.IsNullOrEmpty(command[0]))
        {
            throw new ArgumentException("A command needs a program to run.", nameof(command));
        }

        string? bytes = input is null || Ascii.IsValid(input) ? input : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(input));
        return bytes?.Length > LongestInput
            ? throw new ArgumentException("The agent passes at most 64 KiB on as input: write a file first.", nameof(input))
            : new NodesQemuAgentExecRequest { Command = command, InputData = bytes };
    }

    // A number that is not in the answer reads as 0.
    private static long Process(long number) => number > 0
        ? number
        : throw new ProxmoxProtocolException("The answer of the guest agent has no 'pid' that is the number of a process.");

    private static AgentExecOptions Checked(AgentExecOptions? options)
    {
        AgentExecOptions wanted = options ?? new AgentExecOptions();
        OptionCheck.Wait(wanted.Timeout, wanted.MaxInterval);
        return wanted;
    }
}
