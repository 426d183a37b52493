using ProxSharp.Api;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>docs/roadmap.md says the truth and is complete.</summary>
public sealed class RoadmapTests
{
    private static readonly IReadOnlyList<RoadmapRow> s_rows = RoadmapRow.ReadAll();

    [Fact]
    public void Rows_All_NameAMemberThatExists() => AssertNone(s_rows.Where(static row => RoadmapMember.Find(row.Member) is null));

    [Fact]
    public void Rows_All_NameAMemberWithASynchronousTwin() =>
        AssertNone(s_rows.Where(static row => RoadmapMember.Find(row.Member) is { Twins.Count: 0 }));

    [Fact]
    public void Rows_All_NameADocumentedMember()
    {
        XmlDocumentation documentation = new();
        AssertNone(s_rows.Where(row => RoadmapMember.Find(row.Member) is { } member
            && !(member.Methods.All(documentation.Has) && member.Twins.All(documentation.Has))));
    }

    [Fact]
    public void Rows_All_NameAnEndpointOfTheSchema() => AssertNone(s_rows.Where(static row => row.Endpoint is not null && Endpoint(row) is null));

    [Fact]
    public void Rows_All_HaveACommandThatFitsTheEndpoint() => AssertNone(s_rows.Select(CommandProblem).Where(static problem => problem is not null));

    [Fact]
    public void Rows_None_ComeTwice() =>
        AssertNone(s_rows.GroupBy(static row => (row.Member, row.Endpoint)).Where(static group => group.Count() > 1).Select(static group => group.Key));

    [Fact]
    public void Rows_OfVirtualEnvironment_CoverTheSchema() => AssertCovers(PveApiSchema.Embedded, isBackupServer: false, PathExceptions.Pve);

    [Fact]
    public void Rows_OfBackupServer_CoverTheSchema() => AssertCovers(PbsApiSchema.Embedded, isBackupServer: true, PathExceptions.Pbs);

    [Fact]
    public void Rows_OfBackupServer_NameMembersOfTheDomain()
    {
        RoadmapRow[] typedOnly = [.. s_rows.Where(static row => row.IsBackupServer && row.Member.StartsWith("PbsClient.Api.", StringComparison.Ordinal))];
        AssertNone(typedOnly.Where(static row => !RoadmapExceptions.BackupServerTypedOnly.Contains(row.Endpoint!)));
        AssertNone(RoadmapExceptions.BackupServerTypedOnly.Except(typedOnly.Select(static row => row.Endpoint!)));
    }

    [Fact]
    public void Rows_CoverTheOperationsThatAreNoSingleEndpoint()
    {
        HashSet<string> members = [.. s_rows.Select(static row => row.Member)];
        AssertNone(RoadmapExceptions.WithoutEndpoint.Where(member => !members.Contains(member)));
        AssertNone(s_rows.Where(static row => (row.Endpoint is null || row.Command is null) && !RoadmapExceptions.WithoutEndpoint.Contains(row.Member)));
    }

    private static void AssertNone<T>(IEnumerable<T> faulty) => Assert.Empty(faulty);

    private static void AssertCovers(ApiSchema schema, bool isBackupServer, IReadOnlySet<string> exceptions)
    {
        HashSet<string> covered = [.. s_rows.Where(row => row.IsBackupServer == isBackupServer).Select(static row => row.Endpoint).OfType<string>()];
        HashSet<string> endpoints = [.. schema.Endpoints.Select(static endpoint => endpoint.ToString())];
        AssertNone(endpoints.Where(endpoint => !covered.Contains(endpoint) && !exceptions.Contains(endpoint)));
        AssertNone(exceptions.Where(exception => covered.Contains(exception) || !endpoints.Contains(exception)));
    }

    private static ApiSchema Schema(RoadmapRow row) => row.IsBackupServer ? PbsApiSchema.Embedded : PveApiSchema.Embedded;

    private static ApiEndpoint? Endpoint(RoadmapRow row) =>
        row.Endpoint!.Split(' ') is [string verb, string path] ? Schema(row).Find(RoadmapRow.ToMethod(verb), path) : null;

    private static string? CommandProblem(RoadmapRow row)
    {
        if (row.Command is null)
        {
            return null;
        }

        if (row.Command.Split(' ') is ["prox", not "api", ..])
        {
            return RoadmapCommands.Problem(row);
        }

        if (row.Command.Split(' ') is not ["prox", "api", string verb, string path, .. string[] words])
        {
            return $"{row}: '{row.Command}' is no call.";
        }

        ApiMethod? method = verb switch
        {
            "get" => ApiMethod.Get,
            "create" => ApiMethod.Post,
            "set" => ApiMethod.Put,
            "delete" => ApiMethod.Delete,
            _ => null,
        };
        if (RoadmapCommands.Naming(row) is [{ } own, ..])
        {
            return $"{row}: '{row.Command}' is better said as '{own}'.";
        }

        return method is { } known && Schema(row).TryMatch(known, path, out ApiMatch? match) && match.Endpoint.ToString() == row.Endpoint
            ? ParameterProblem(row, match.Endpoint, [.. words.Select(static word => word.Split('=')[0])])
            : $"{row}: '{row.Command}' calls another endpoint.";
    }

    private static string? ParameterProblem(RoadmapRow row, ApiEndpoint endpoint, HashSet<string> given)
    {
        IEnumerable<string> unknown = given.Where(name => !endpoint.Parameters.TryGetValue(name, out ApiNode? node) || node.IsPathParameter);
        IEnumerable<string> missing = endpoint.Parameters
            .Where(pair => !pair.Value.IsOptional && !pair.Value.IsPathParameter && !given.Contains(pair.Key))
            .Select(static pair => pair.Key);
        return unknown.Concat(missing).FirstOrDefault() is { } name ? $"{row}: '{row.Command}' has or lacks '{name}'." : null;
    }
}
