using ProxSharp.Authentication;
using ProxSharp.Tls;

namespace ProxSharp.Configuration;

/// <summary>Finds everything that is wrong in the settings of a server.</summary>
internal sealed class ServerConfigCheck
{
    private readonly ServerConfig _config;
    private readonly string _place;
    private readonly List<ProxmoxConfigError> _errors = [];

    private ServerConfigCheck(ServerConfig config, string place) => (_config, _place) = (config, place);

    public static IReadOnlyList<ProxmoxConfigError> Run(ServerConfig config, string place)
    {
        ServerConfigCheck check = new(config, place);
        check.CheckEndpoints();
        check.CheckCredentials();
        check.CheckTrust();
        check.CheckTime("timeout", config.Timeout);
        check.CheckTime("connectTimeout", config.ConnectTimeout);
        if (config.LearnPeers && config.Product != ProxmoxProduct.VirtualEnvironment)
        {
            check.Add("learnPeers", "A backup server has no other nodes to learn.");
        }

        return check._errors;
    }

    private void CheckEndpoints()
    {
        if (_config.Endpoints.Count == 0)
        {
            string example = _config.Product == ProxmoxProduct.BackupServer ? "pbs1:8007" : "pve1:8006";
            Add("endpoints", $"There is no address. Write at least one, for example \"https://{example}\".");
        }

        for (int index = 0; index < _config.Endpoints.Count; index++)
        {
            Try(FormattableString.Invariant($"endpoints[{index}]"), () => ProxmoxEndpoint.Parse(_config.Endpoints[index], _config.Product));
        }
    }

    private void CheckCredentials()
    {
        if (_config.TokenId is null == _config.User is null)
        {
            Add("tokenId", _config.User is null
                ? "Neither tokenId nor user says who the client is."
                : "Both tokenId and user say who the client is; keep one of them.");
        }

        if (string.IsNullOrWhiteSpace(_config.Secret))
        {
            Add("secret", "It is missing. Write where the secret is found: env:NAME, file:/path or exec:command arguments.");
            return;
        }

        SecretSource? secret = null;
        Try("secret", () => secret = SecretSource.Parse(_config.Secret));
        secret ??= SecretSource.FromCallback(static () => "");
        if (_config.TokenId is { } token)
        {
            Try("tokenId", () => ProxmoxCredentials.ApiToken(token, secret));
        }

        if (_config.User is { } user)
        {
            Try("user", () => ProxmoxCredentials.Password(user, secret));
        }
    }

    private void CheckTrust()
    {
        for (int index = 0; index < _config.Fingerprints.Count; index++)
        {
            Try(FormattableString.Invariant($"fingerprints[{index}]"), () => CertificateFingerprint.Parse(_config.Fingerprints[index], null));
        }

        if (_config.Insecure && (_config.Fingerprints.Count > 0 || _config.CaFile is not null))
        {
            Add("insecure", "It accepts any certificate, which makes fingerprints and caFile pointless; keep one or the other.");
        }

        if (_config.CaFile is { } file)
        {
            Try("caFile", () => ServerTrust.System.WithCertificateAuthority(file));
        }
    }

    private void CheckTime(string member, TimeSpan? time)
    {
        if (time is { } set && (set <= TimeSpan.Zero || set.TotalMilliseconds > int.MaxValue))
        {
            Add(member, "A time-out is positive and at most 24 days.");
        }
    }

    private void Try(string member, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // The message of an ArgumentException ends with the name of a parameter that the reader does not know.
            Add(member, exception.Message.Split(" (Parameter '")[0]);
        }
    }

    private void Add(string member, string message) => _errors.Add(new ProxmoxConfigError($"{_place}.{member}", message));
}
