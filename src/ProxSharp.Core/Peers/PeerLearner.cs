using ProxSharp.Http;

namespace ProxSharp.Peers;

/// <summary>Asks the cluster for its nodes now and then, on the back of a call that succeeded, so that the client can go on when its endpoint dies.</summary>
internal sealed class PeerLearner(ProxmoxClientOptions options, Pipeline pipeline, ClientLog log, IPeerSource source)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMinutes(1);

    // Which endpoint a node was met behind: an endpoint of the user may have another name than the cluster gives the node.
    private readonly Dictionary<string, ProxmoxEndpoint> _homes = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _isBusy;
    private long _due;

    /// <summary>True if the cluster should be asked, and nobody is at it.</summary>
    public bool IsDue => Volatile.Read(ref _isBusy) == 0 && options.TimeProvider.GetUtcNow().UtcTicks >= Volatile.Read(ref _due);

    /// <summary>Asks the cluster. Failures are logged only: the call that this rides on has succeeded, perhaps with a change.</summary>
    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        if (!TryBegin())
        {
            return;
        }

        TimeSpan pause = s_pauseAfterFailure;
        try
        {
            ProxmoxEndpoint before = pipeline.Endpoints.Current;
            Take(await source.ReadAsync(cancellationToken).ConfigureAwait(false), before);
            pause = s_interval;
        }
        catch (Exception exception)
        {
            // Whatever it is, the result of the call must not be lost for it. Rights do not come back within a minute.
            pause = exception is ProxmoxPermissionException ? s_interval : s_pauseAfterFailure;
            log.PeersUnknown(pipeline.Endpoints.Current, exception);
        }
        finally
        {
            End(pause);
        }
    }

    /// <inheritdoc cref="LearnAsync"/>
    public void Learn(CancellationToken cancellationToken)
    {
        if (!TryBegin())
        {
            return;
        }

        TimeSpan pause = s_pauseAfterFailure;
        try
        {
            ProxmoxEndpoint before = pipeline.Endpoints.Current;
            Take(source.Read(cancellationToken), before);
            pause = s_interval;
        }
        catch (Exception exception)
        {
            // Whatever it is, the result of the call must not be lost for it. Rights do not come back within a minute.
            pause = exception is ProxmoxPermissionException ? s_interval : s_pauseAfterFailure;
            log.PeersUnknown(pipeline.Endpoints.Current, exception);
        }
        finally
        {
            End(pause);
        }
    }

    private bool TryBegin() => Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0;

    private void End(TimeSpan pause)
    {
        Volatile.Write(ref _due, options.TimeProvider.GetUtcNow().UtcTicks + pause.Ticks);
        Volatile.Write(ref _isBusy, 0);
    }

    private void Take(IReadOnlyList<ClusterPeer> peers, ProxmoxEndpoint teller)
    {
        // Another endpoint took over in between: nobody knows which of them told what.
        if (!ReferenceEquals(pipeline.Endpoints.Current, teller))
        {
            return;
        }

        lock (_gate)
        {
            string? local = peers.FirstOrDefault(static peer => peer.IsLocal)?.Name;
            if (local is not null)
            {
                _homes.TryAdd(local, teller);
            }

            foreach (ClusterPeer peer in peers.Where(static peer => !peer.IsLocal))
            {
                PeerRoute? route = PeerPlan.Make(options.Trust, teller, local, peer);
                if (route is null || (_homes.TryGetValue(peer.Name, out ProxmoxEndpoint? home) && home != route.Endpoint && !pipeline.IsPeer(home)))
                {
                    continue;
                }

                if (pipeline.AddPeer(route))
                {
                    log.PeerLearnt(route.Endpoint, teller);
                }
            }
        }
    }
}
