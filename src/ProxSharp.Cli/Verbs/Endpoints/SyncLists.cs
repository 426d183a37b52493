using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Lists of sync jobs show those of both directions unless one is asked for.</summary>
internal static class SyncLists
{
    private const string Direction = "sync-direction";

    /// <summary>Reads from the server.</summary>
    public static async Task<ApiResponse<JsonElement>> GetAsync(
        ServerSession session, ApiEndpoint endpoint, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        bool wantsBoth = endpoint.Path is "/config/sync" or "/admin/sync" && parameters.All(static parameter => parameter.Name != Direction);
        if (wantsBoth)
        {
            try
            {
                ApiParameters both = new() { { Direction, "all" } };
                foreach (ApiParameter parameter in parameters)
                {
                    both.Add(parameter);
                }

                return await session.GetAsync(path, both, cancellationToken).ConfigureAwait(false);
            }
            catch (ProxmoxApiException old) when (old.ParameterErrors.ContainsKey(Direction))
            {
                // Proxmox: a server that knows one direction only refuses the word, and lists all there is without it.
            }
        }

        return await session.GetAsync(path, parameters, cancellationToken).ConfigureAwait(false);
    }
}
