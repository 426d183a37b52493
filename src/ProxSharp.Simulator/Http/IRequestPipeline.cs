namespace ProxSharp.Simulator.Http;

/// <summary>Answers requests of one product.</summary>
internal interface IRequestPipeline
{
    /// <summary>Answers what is wrong with the request itself, before anything is read or executed; null if nothing is.</summary>
    WireResponse? CheckHead(WireRequest request);

    /// <summary>Executes a request.</summary>
    ValueTask<WireResponse> HandleAsync(WireRequest request, CancellationToken cancellationToken);
}
