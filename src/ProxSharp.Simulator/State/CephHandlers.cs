using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>Ceph answers only where it is installed: in clusters with a storage that is on Ceph.</summary>
internal sealed class CephHandlers(PveState state, IFallbackHandler installed)
{
    public void Register(HandlerTable table)
    {
        foreach (ApiEndpoint endpoint in state.Schema.Endpoints.Where(IsCeph))
        {
            switch (endpoint.Method)
            {
                case Api.ApiMethod.Get:
                    table.Get(endpoint.Path, Answer);
                    break;
                case Api.ApiMethod.Post:
                    table.Post(endpoint.Path, Answer);
                    break;
                case Api.ApiMethod.Put:
                    table.Put(endpoint.Path, Answer);
                    break;
                default:
                    table.Delete(endpoint.Path, Answer);
                    break;
            }
        }
    }

    private static bool IsCeph(ApiEndpoint endpoint) =>
        (endpoint.Path.StartsWith("/nodes/{node}/ceph/", StringComparison.Ordinal) && !endpoint.Path.EndsWith("/ceph/init", StringComparison.Ordinal)
            && !endpoint.Path.EndsWith("/ceph/releases", StringComparison.Ordinal) && !endpoint.Path.EndsWith("/ceph/cfg", StringComparison.Ordinal)
            && !endpoint.Path.EndsWith("/ceph/osd/{osdid}", StringComparison.Ordinal) && !endpoint.Path.EndsWith("/ceph/pool/{name}", StringComparison.Ordinal))
        || endpoint.Path.StartsWith("/cluster/ceph/", StringComparison.Ordinal);

    private ApiReply Answer(ApiCall call) => state.Storages.Values.Any(static storage => storage.Type is "rbd" or "cephfs")
        ? installed.Handle(call)
        : throw ApiFault.Failed("binary not installed: /usr/bin/ceph-mon");
}
