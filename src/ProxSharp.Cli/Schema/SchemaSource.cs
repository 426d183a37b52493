using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Schema;

/// <summary>The schemas that come with the tool; each is read when it is first asked for.</summary>
internal static class SchemaSource
{
    /// <summary>Returns the schema of a product.</summary>
    public static ApiSchema Embedded(ProxmoxProduct product) =>
        product == ProxmoxProduct.BackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;
}
