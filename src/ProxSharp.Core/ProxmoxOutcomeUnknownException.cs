using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp;

/// <summary>
/// A change was sent, but its answer was lost: the connection broke, the time was over, a proxy on the way gave up (596), or what came cannot be read. The
/// server may have carried it out. Never repeat it blindly; the exception holds what is needed to find out, and a client's <c>RecoverAsync</c> does so.
/// </summary>
public sealed class ProxmoxOutcomeUnknownException : ProxmoxException
{
    internal ProxmoxOutcomeUnknownException(ApiCall call, ProxmoxException failure, DateTimeOffset sentAt, DateTimeOffset lostAt)
        : base(failure is ProxmoxProtocolException ? failure.Message.TrimEnd('.') + ". The change may have been carried out: "
            + "look before you repeat it." : failure.Message, failure)
    {
        Operation = call.Operation;
        Parameters = [.. call.Parameters.Select(parameter => parameter with { Text = Secrets.Show(parameter.Name, parameter.Text, call.Path) })];
        Path = call.Path;
        (SentAt, LostAt) = (sentAt, lostAt);
    }

    /// <summary>The call, with placeholders in its path.</summary>
    public ApiOperation Operation { get; }

    /// <summary>The path of the call below the API root, for people: ids are not escaped.</summary>
    public string Path { get; }

    /// <summary>The parameters of the call, those of the path among them. Secrets are replaced by <c>***</c>.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; }

    /// <summary>When the call was begun, by the client's clock.</summary>
    public DateTimeOffset SentAt { get; }

    /// <summary>When its answer was given up, by the client's clock.</summary>
    public DateTimeOffset LostAt { get; }

    /// <summary>Tells whether a failure leaves open what became of a change.</summary>
    internal static bool Applies(ApiCall call, ProxmoxException failure) => failure switch
    {
        ProxmoxConnectionException connection => connection.OutcomeUnknown,
        ProxmoxApiException answer => answer.OutcomeUnknown,

        // An answer that cannot be read is as good as none. One to a login comes before anything of the call was sent.
        ProxmoxProtocolException => !call.IsRead && call.MayHaveReachedServer,
        _ => false,
    };
}
