using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using ProxSharp.Mcp.Text;
using ProxSharp.Tasks;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Sends progress to a client that gave a token for it. The number only grows, as the protocol wants, though a task with several disks begins anew.
/// </summary>
internal sealed class ProgressSender : IProgress<TaskProgress>, IAsyncDisposable
{
    private const float Whole = 100;
    private const float Step = 0.001f;
    private const int LongestLine = 200;

    // The last disk is not the end of the task.
    private const float MostByLog = 99;

    private readonly Lock _gate = new();
    private readonly McpServer _server;
    private readonly ProgressToken? _token;
    private Task _sent = Task.CompletedTask;
    private float _last;

    public ProgressSender(RequestContext<CallToolRequestParams> context) => (_server, _token) = (context.Server, context.Params?.ProgressToken);

    /// <summary>True if the client wants to know.</summary>
    public bool IsWanted => _token is not null;

    /// <inheritdoc/>
    public void Report(TaskProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        // The line is of the task's log: programs and guests write there.
        Report(value.Fraction is { } share ? (float)(share * Whole) : null, SafeText.Of(value.LastLine, "line", LongestLine));
    }

    /// <summary>Sends how far it is in per cent, and a line about it, which is fit to be shown.</summary>
    public void Report(float? percent, string line)
    {
        if (_token is not { } token)
        {
            return;
        }

        lock (_gate)
        {
            _last = Math.Max(Math.Min(percent ?? 0, MostByLog), _last + Step);
            if (_last >= Whole)
            {
                return;
            }

            ProgressNotificationValue value = new() { Progress = _last, Total = Whole, Message = line };
            _sent = SendAsync(_sent, token, value);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _sent.ConfigureAwait(false);

    private async Task SendAsync(Task before, ProgressToken token, ProgressNotificationValue value)
    {
        await before.ConfigureAwait(false);
        try
        {
            await _server.NotifyProgressAsync(token, value).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client has gone; the call that is waited for ends by itself.
        }
    }
}
