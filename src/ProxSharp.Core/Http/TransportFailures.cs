using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ProxSharp.Tls;

namespace ProxSharp.Http;

/// <summary>Tells what a failure on the way to the server means, and words it.</summary>
internal static partial class TransportFailures
{
    /// <summary>True if the request provably never left: the connection could not be set up.</summary>
    public static bool NothingSent(Exception exception) => exception switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => true,

        // The handler gives up connecting after its own time-out in this way.
        OperationCanceledException { InnerException: TimeoutException } => true,

        // A login that got no answer: the call behind it waited.
        ProxmoxConnectionException => true,
        _ => false,
    };

    /// <summary>Makes the exception for a call that got no answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="host">The server it went to.</param>
    /// <param name="exception">What happened.</param>
    /// <param name="timedOut">True if the time for the call was over.</param>
    public static ProxmoxConnectionException Translate(ApiCall call, string host, Exception exception, bool timedOut)
    {
        if (CertificateFailure.Find(exception) is { } certificate)
        {
            return new ProxmoxConnectionException(certificate.Message, exception) { IsCertificateProblem = true };
        }

        bool nothingSent = NothingSent(exception) || !call.MayHaveReachedServer;
        bool unknown = !call.IsRead && !nothingSent;
        string text = timedOut
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"no answer within {call.Timeout.TotalSeconds:0.###} s. Allow it more time with the Timeout option if the server is only slow")
            : Word(exception, host);
        string tail = unknown ? " Whether it was carried out is unknown: look before you repeat it." : "";
        Exception cause = timedOut && exception is not TimeoutException ? new TimeoutException(text, exception) : exception;
        return new ProxmoxConnectionException(
            $"Unable to {(call.Action is null ? $"{call} on" : $"{call.Action} through")} {host}: {text}.{tail}", cause)
        {
            OutcomeUnknown = unknown,
        };
    }

    /// <summary>Words what happened on the way to a server, without a full stop.</summary>
    public static string Word(Exception exception, string host) => DescribeProxy(exception, host, HttpClient.DefaultProxy) ?? Describe(exception, host);

    private static string Describe(Exception exception, string host) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            $"the name cannot be resolved ({Innermost(exception)}). Check the host name",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"no connection ({Innermost(exception)}). Check address and port, and that the API server runs there",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"no TLS connection ({Innermost(exception)}). Check that the port is that of the API",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            $"the answer is not HTTP ({Innermost(exception)}). Check that the port is that of the API",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }
            => "the connection was closed before the answer was complete",
        OperationCanceledException { InnerException: TimeoutException } => $"no connection in time. Check address and port, and that {host} is online",
        // A line that broke is closed at once, and who uses it meanwhile learns only that.
        _ when exception.GetBaseException() is ObjectDisposedException => "the connection was closed after what came over it was damaged or cut off",
        _ => $"the connection broke ({Innermost(exception)})",
    };

    private static Uri? ProxyFor(string host, IWebProxy proxy) =>
        Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? target) && !proxy.IsBypassed(target) && proxy.GetProxy(target) is { } found && found != target
            ? found
            : null;

    /// <summary>Words a failure of the proxy, which must not pass for the server; null if no proxy is asked, or if it is none of its failures.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="host">The server.</param>
    /// <param name="proxies">The proxies that are used.</param>
    internal static string? DescribeProxy(Exception exception, string host, IWebProxy proxies)
    {
        const string Advice = "Check the environment variables https_proxy and all_proxy; no_proxy names servers that are reached without a proxy";
        if (ProxyFor(host, proxies) is not { } proxy)
        {
            return null;
        }

        // What a connection failed to is in the text of the failure alone. The address may hold a user and a password.
        string name = $"{proxy.Scheme}://{proxy.IdnHost}:{proxy.Port.ToString(CultureInfo.InvariantCulture)}";
        bool isItsConnection = exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
        }
            && exception.Message.Contains($"({proxy.IdnHost}:{proxy.Port.ToString(CultureInfo.InvariantCulture)})", StringComparison.OrdinalIgnoreCase);
        return isItsConnection ? $"no connection to the proxy {name} ({Innermost(exception)}). {Advice}"
            : exception is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
            ? $"the proxy {name} does not let the connection through ({Innermost(exception)}). {Advice}"
            : exception is OperationCanceledException { InnerException: TimeoutException }
            ? $"no connection in time through the proxy {name}. {Advice}"
            : null;
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        // Text of .NET for failures whose cause it keeps inside of them: a peer that just closes leaves none.
        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
        {
            return "it was closed while TLS began";
        }

        // .NET writes addresses of proxies as they were given, with user and password, and ends one text with a quotation mark too many.
        return LogIn.Replace(exception.Message, "").ReplaceLineEndings(" ").TrimEnd('.', ' ', '"');
    }

    private static Regex LogIn => field ??= new("""(?<=://)[^\s'"]*@""", RegexOptions.ExplicitCapture);
}
