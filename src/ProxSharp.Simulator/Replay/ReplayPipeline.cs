using System.Text;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Replay;

/// <summary>Answers requests with what was recorded for them.</summary>
internal sealed class ReplayPipeline : IRequestPipeline
{
    private const int NotRecorded = 501;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<ReplayExchange>> _exchanges = new(StringComparer.Ordinal);
    private readonly HashSet<ReplayExchange> _used = new(ReferenceEqualityComparer.Instance);

    public ReplayPipeline(IEnumerable<ReplayExchange> exchanges)
    {
        foreach (ReplayExchange exchange in exchanges)
        {
            string key = $"{exchange.Verb} {exchange.Path}";
            if (!_exchanges.TryGetValue(key, out List<ReplayExchange>? same))
            {
                _exchanges[key] = same = [];
            }

            same.Add(exchange);
        }
    }

    public WireResponse? CheckHead(WireRequest request) => null;

    public async ValueTask<WireResponse> HandleAsync(WireRequest request, CancellationToken cancellationToken)
    {
        byte[] body = await request.Body.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        List<KeyValuePair<string, string>> parameters = RecordingReader.Parameters(request.Query, Encoding.UTF8.GetString(body), request.ContentType);
        string path = FormReader.DecodePath(request.Path);
        return Next(request.Method, path, parameters) switch
        {
            null => WireResponse.Text(NotRecorded, $"the recording holds no {request.Method} {path} with these parameters"),
            { Body: null } or { Status: < 200 } => WireResponse.Text(NotRecorded, $"the recording holds no body for {request.Method} {path}"),
            { } exchange => new WireResponse { Status = exchange.Status, Reason = exchange.Reason, ContentType = exchange.ContentType, Body = exchange.Body },
        };
    }

    // The same question again gets the next answer; the last one stays.
    private ReplayExchange? Next(string verb, string path, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        lock (_gate)
        {
            ReplayExchange? last = null;
            foreach (ReplayExchange exchange in _exchanges.GetValueOrDefault($"{verb} {path}", []).Where(exchange => exchange.Fits(parameters)))
            {
                if (_used.Add(exchange))
                {
                    return exchange;
                }

                last = exchange;
            }

            return last;
        }
    }
}
