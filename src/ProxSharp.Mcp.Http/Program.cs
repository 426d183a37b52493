using System.CommandLine;
using ProxSharp.Mcp.Http;

Option<string> config = new("--config")
{
    Description = "The file with the contexts [default: PROX_CONFIG, else prox/contexts.json in the configuration directory]",
};
Option<string> listen = new("--listen") { Description = "Where to listen", DefaultValueFactory = static _ => "http://127.0.0.1:8790" };
Option<string> tokenFile = new("--token-file") { Description = "A file with the bearer token that clients must send; needed outside of the loopback address" };
Option<string[]> hosts = new("--allowed-host") { Description = "A name under which clients reach this server; repeat it" };
Option<string> publicAddress = new("--public-url")
{
    Description = "The address of this server for people's browsers, for the pages on which they approve plans",
};
Option<string> certificate = new("--certificate") { Description = "The certificate and its chain in PEM, for https" };
Option<string> key = new("--key") { Description = "The key of the certificate in PEM" };
Option<bool> proxy = new("--tls-by-proxy") { Description = "TLS ends before this server; allow http outside of the loopback address" };
Argument<string[]> names = new("context") { Description = "The contexts to serve [default: all]", Arity = ArgumentArity.ZeroOrMore };
RootCommand root = new("Serve agents over HTTP (Model Context Protocol) what prox mcp serves over standard input and output.")
{
    names, config, listen, tokenFile, hosts, publicAddress, certificate, key, proxy,
};
root.SetAction(async (parsed, cancellationToken) =>
{
    try
    {
        HttpSettings settings = new()
        {
            Listen = Settings.Address(parsed.GetValue(listen)!),
            Token = parsed.GetValue(tokenFile) is { } file ? Settings.Token(file) : null,
            AllowedHosts = parsed.GetValue(hosts) ?? [],
            PublicAddress = parsed.GetValue(publicAddress) is { } address ? Settings.Address(address) : null,
            CertificateFile = parsed.GetValue(certificate),
            KeyFile = parsed.GetValue(key),
            IsBehindProxy = parsed.GetValue(proxy),
        };
        string contexts = parsed.GetValue(config) ?? Settings.DefaultConfig();
        IReadOnlyList<ProxSharp.Mcp.AgentContext> served = new ContextConfig(contexts).Read(parsed.GetValue(names) ?? []);
        HttpHost host = await HttpHost.StartAsync(settings, served, cancellationToken).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            await Console.Error.WriteLineAsync($"prox-mcp-http listens at {host.Address}").ConfigureAwait(false);
            await host.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }
    catch (SettingsException e)
    {
        await Console.Error.WriteLineAsync($"prox-mcp-http: {e.Message}").ConfigureAwait(false);
        return 2;
    }
    catch (IOException e)
    {
        await Console.Error.WriteLineAsync($"prox-mcp-http: {e.Message}").ConfigureAwait(false);
        return 1;
    }
});
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
