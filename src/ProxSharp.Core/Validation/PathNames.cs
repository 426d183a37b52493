using System.Text;
using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Refuses names in paths that the server would read as others.</summary>
internal static class PathNames
{
    private const string Users = "/access/users/{userid}";

    // Names of files: the server opens them byte by byte, as they came.
    private static readonly string[] s_files = ["volume", "upid"];

    /// <summary>Checks the parameters of a call that stand in its path.</summary>
    /// <exception cref="ProxmoxValidationException">The call would be about another object.</exception>
    public static void Check(ProxmoxProduct product, ApiOperation operation, ApiParameters parameters)
    {
        // Proxmox: VE decodes the percent signs of a path and takes every byte for a character. What is called jörg is another name there, and to
        // delete a user who does not exist is a success. The backup server reads UTF-8.
        if (product != ProxmoxProduct.VirtualEnvironment)
        {
            return;
        }

        for (int at = 0; at < parameters.Count; at++)
        {
            ApiParameter parameter = parameters[at];
            if (!Ascii.IsValid(parameter.Text) && operation.Template.Contains(parameter.Name) && !s_files.Contains(parameter.Name))
            {
                throw Refusal(operation, parameter, parameters);
            }
        }
    }

    private static ProxmoxValidationException Refusal(ApiOperation operation, ApiParameter parameter, ApiParameters parameters)
    {
        string why = $"'{parameter.Text}' has letters beyond ASCII, and Proxmox VE does not read UTF-8 in paths: it would take this for another name";
        string other = Other(operation, parameters);
        return new ProxmoxValidationException(
            $"{operation} was not sent because of the parameter {parameter.Name}: {why}. {other}",
            operation.Method,
            operation.Path,
            new Dictionary<string, string>(StringComparer.Ordinal) { [parameter.Name] = why })
        {
            Alternative = other,
        };
    }

    private static string Other(ApiOperation operation, ApiParameters parameters) => (operation.Method, operation.Path) switch
    {
        (_, "/pools/{poolid}") => $"Name it as a parameter instead: {operation.Method.ToVerb()} /pools with poolid",
        (ApiMethod.Get, Users) => "GET /access/users lists it, too",
        (ApiMethod.Get, "/access/groups/{groupid}") => "GET /access/groups lists it, too",
        (ApiMethod.Delete, Users) => OnNode(parameters, "user delete", "userid"),
        (ApiMethod.Put, Users) => OnNode(parameters, "user modify", "userid"),
        (ApiMethod.Get, Users + "/token") => OnNode(parameters, "user token list", "userid"),
        (ApiMethod.Post, Users + "/token/{tokenid}") => OnNode(parameters, "user token add", "userid", "tokenid"),
        (ApiMethod.Put, Users + "/token/{tokenid}") => OnNode(parameters, "user token modify", "userid", "tokenid"),
        (ApiMethod.Delete, Users + "/token/{tokenid}") => OnNode(parameters, "user token remove", "userid", "tokenid"),
        (ApiMethod.Put, Users + "/unlock-tfa") => OnNode(parameters, "user tfa unlock", "userid"),
        (ApiMethod.Delete, "/access/groups/{groupid}") => OnNode(parameters, "group delete", "groupid"),
        (ApiMethod.Put, "/access/groups/{groupid}") => OnNode(parameters, "group modify", "groupid"),
        (ApiMethod.Delete, "/access/roles/{roleid}") => OnNode(parameters, "role delete", "roleid"),
        (ApiMethod.Put, "/access/roles/{roleid}") => OnNode(parameters, "role modify", "roleid"),
        (ApiMethod.Delete, "/access/domains/{realm}") => OnNode(parameters, "realm delete", "realm"),
        (ApiMethod.Put, "/access/domains/{realm}") => OnNode(parameters, "realm modify", "realm"),
        (_, { } path) when path.StartsWith("/access/", StringComparison.Ordinal) => "Use pveum on a node of the cluster",
        _ => "Use the command line of a node of the cluster, or give it a name of ASCII letters",
    };

    private static string OnNode(ApiParameters parameters, string command, params ReadOnlySpan<string> names)
    {
        StringBuilder line = new($"On a node of the cluster: pveum {command}");
        foreach (string name in names)
        {
            line.Append(" '").Append(parameters.Find(name)?.Replace("'", @"'\''", StringComparison.Ordinal)).Append('\'');
        }

        return line.ToString();
    }
}
