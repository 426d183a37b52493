using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Turns calls into HTTP requests of one product's dialect.</summary>
internal sealed class RequestWriter
{
    /// <summary>The largest body of parameters that servers take, in bytes.</summary>
    public const int LongestBody = 512 * 1024;

    // Proxmox: the backup server refuses longer targets.
    private const int LongestPbsTarget = 3072;

    private static readonly MediaTypeHeaderValue s_form = new("application/x-www-form-urlencoded");
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly ProxmoxProduct _product;
    private readonly string _userAgent;
    private readonly TimeProvider _time;

    public RequestWriter(ProxmoxProduct product, string userAgent, TimeProvider time) => (_product, _userAgent, _time) = (product, userAgent, time);

    /// <summary>Writes the request for a call.</summary>
    /// <exception cref="ProxmoxValidationException">It would be larger than the server accepts.</exception>
    public ApiRequestMessage Write(ApiCall call, ProxmoxEndpoint endpoint)
    {
        ApiRequestMessage request = new(call, Verb(call.Operation.Method), endpoint, WriteUrl(call, endpoint));
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);

        // Proxmox: what PBS calls deflate lacks the zlib header, so gzip alone is offered.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        HttpContent body = call.Upload is not null ? WriteUpload(call) : WriteBody(call);
        request.Content = body;
        call.Body = body as ITrackedContent;
        return request;
    }

    private static HttpMethod Verb(ApiMethod method) => method switch
    {
        ApiMethod.Get => HttpMethod.Get,
        ApiMethod.Post => HttpMethod.Post,
        ApiMethod.Put => HttpMethod.Put,
        _ => HttpMethod.Delete,
    };

    private string WriteUrl(ApiCall call, ProxmoxEndpoint endpoint)
    {
        using PooledBuffer target = new(512);
        target.Advance(Encoding.ASCII.GetBytes(endpoint.Root, target.GetSpan(endpoint.Root.Length)));
        if (!call.Operation.IsPage)
        {
            target.Append("/api2/json"u8);
        }

        call.Operation.Template.Append(target, call.Operation, call.Parameters);
        if (HasQuery(call))
        {
            AppendPairs(call, target, (byte)'?');
        }

        int length = target.Length - endpoint.Root.Length;
        return _product == ProxmoxProduct.BackupServer && length > LongestPbsTarget
            ? throw TooLarge(call, $"path and query would be {Bytes(length)} long, and the server takes {Bytes(LongestPbsTarget)}")
            : Encoding.ASCII.GetString(target.Span);
    }

    // Proxmox: a body with GET or DELETE is refused (501).
    private bool HasQuery(ApiCall call) => call.Operation.Method is ApiMethod.Get or ApiMethod.Delete
        || (call.Upload is not null && _product == ProxmoxProduct.BackupServer);

    private HttpContent WriteBody(ApiCall call)
    {
        if (call.Operation.Method is ApiMethod.Get or ApiMethod.Delete)
        {
            // The sockets below repeat a request without content by themselves when a connection ends before the answer. What changes
            // something must not be sent twice, and how often a read is repeated is for the options to say: empty content (which servers
            // accept) keeps them from it.
            return call.IsRead ? new EmptyContent() : new PooledContent(new PooledBuffer(0), null);
        }

        PooledBuffer body = new(256);
        MediaTypeHeaderValue type = s_form;
        if (_product == ProxmoxProduct.BackupServer && call.Operation.Method == ApiMethod.Post)
        {
            JsonBody.Write(call, body);
            type = s_json;
        }
        else
        {
            AppendPairs(call, body, first: 0);
        }

        if (body.Length > LongestBody)
        {
            int length = body.Length;
            body.Dispose();
            throw TooLarge(call, $"the parameters would be {Bytes(length)} long in encoded form, and the server takes {Bytes(LongestBody)}");
        }

        return new PooledContent(body, type);
    }

    // Proxmox: the backup server takes the bytes as they are and the parameters in the query.
    private UploadContent WriteUpload(ApiCall call)
    {
        UploadSource source = new(call.Upload!, _time);
        return _product == ProxmoxProduct.BackupServer
            ? new UploadContent(source, "application/octet-stream", [], [])
            : UploadForm.Create(call, source);
    }

    /// <summary>Appends the parameters that do not stand in the path, repeated names for lists.</summary>
    private void AppendPairs(ApiCall call, PooledBuffer buffer, byte first)
    {
        ApiParameters parameters = call.Parameters;
        for (int index = 0; index < parameters.Count; index++)
        {
            ApiParameter parameter = parameters[index];
            if (call.Operation.Template.Contains(parameter.Name))
            {
                continue;
            }

            if (first != 0)
            {
                buffer.Append(first);
            }

            first = (byte)'&';
            PercentEncoding.Append(buffer, parameter.Name);
            buffer.Append((byte)'=');
            PercentEncoding.Append(buffer, Text(parameter));
        }
    }

    // Proxmox: VE takes booleans as 1 and 0 only; the backup server's own client writes them out.
    private string Text(ApiParameter parameter) => _product == ProxmoxProduct.BackupServer && parameter.Kind == ApiParameterKind.Boolean
        ? parameter.Text == "1" ? "true" : "false"
        : parameter.Text;

    private static ProxmoxValidationException TooLarge(ApiCall call, string why)
    {
        ApiParameter longest = call.Parameters.MaxBy(static parameter => parameter.Text.Length);
        string hint = $"'{longest.Name}' is the longest parameter with {longest.Text.Length.ToString(CultureInfo.InvariantCulture)} characters; shorten it.";
        return new ProxmoxValidationException(
            $"Nothing was sent for {call}: {why}. {hint}",
            call.Operation.Method,
            call.Operation.Path,
            new Dictionary<string, string>(StringComparer.Ordinal) { [longest.Name] = why });
    }

    private static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} bytes");
}
