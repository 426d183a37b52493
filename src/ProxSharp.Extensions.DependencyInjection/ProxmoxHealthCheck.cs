using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProxSharp.Api;

namespace ProxSharp.Extensions.DependencyInjection;

/// <summary>Asks a server for its version. It needs no privilege, but credentials that the server accepts.</summary>
public sealed class ProxmoxHealthCheck : IHealthCheck
{
    private readonly ProxmoxClient _client;

    /// <summary>Creates the check.</summary>
    /// <param name="client">The client that asks.</param>
    public ProxmoxHealthCheck(ProxmoxClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            ApiResponse<JsonElement> answer = await _client.Raw.GetAsync("/version", cancellationToken: cancellationToken).ConfigureAwait(false);
            string version = answer.Data.ValueKind == JsonValueKind.Object && answer.Data.TryGetProperty("version", out JsonElement value)
                ? value.ToString()
                : "unknown";
            string endpoint = _client.CurrentEndpoint.ToString();
            Dictionary<string, object> data = new() { ["endpoint"] = endpoint, ["version"] = version };
            return HealthCheckResult.Healthy($"{endpoint} runs version {version}.", data);
        }
        catch (ProxmoxException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
        catch (InvalidOperationException exception)
        {
            // The secret cannot be read from where the settings say it is.
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
    }
}
