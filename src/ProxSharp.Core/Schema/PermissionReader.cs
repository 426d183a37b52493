using System.Text.Json;

namespace ProxSharp.Schema;

/// <summary>Reads the <c>permissions</c> member of an endpoint in the library's schema files.</summary>
internal static class PermissionReader
{
    public static ApiPermission Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new ApiPermission(ReadAudience(element.GetString()), null, HasFurtherRule: false),
        JsonValueKind.Array => new ApiPermission(ApiAudience.Authenticated, ReadCheck(element), HasFurtherRule: false),
        JsonValueKind.Object => ReadObject(element),
        _ => new ApiPermission(ApiAudience.Root, null, HasFurtherRule: false),
    };

    private static ApiPermission ReadObject(JsonElement element) => new(
        element.TryGetProperty("user", out JsonElement user) ? ReadAudience(user.GetString()) : ApiAudience.Authenticated,
        element.TryGetProperty("check", out JsonElement check) ? ReadCheck(check) : null,
        element.TryGetProperty("note", out JsonElement note) && note.ValueKind == JsonValueKind.True);

    private static ApiAudience ReadAudience(string? user) => user switch
    {
        "all" => ApiAudience.Authenticated,
        "world" => ApiAudience.World,
        _ => ApiAudience.Root,
    };

    /// <summary>Reads one check in the form the server publishes: a list whose first item names the kind.</summary>
    /// <exception cref="ProxmoxProtocolException">The kind is unknown.</exception>
    internal static PermissionCheck ReadCheck(JsonElement check)
    {
        string kind = check[0].GetString()!;
        return kind switch
        {
            "and" => new PermissionCheck.All([.. check.EnumerateArray().Skip(1).Select(ReadCheck)]),
            "or" => new PermissionCheck.AnyOf([.. check.EnumerateArray().Skip(1).Select(ReadCheck)]),
            "perm" =>
                new PermissionCheck.Privilege(
                    check[1].GetString()!, Strings(check[2]), Option(check, "any") is not (null or "0" or "False"), Option(check, "require_param")),
            "userid-param" => new PermissionCheck.UserParameter(check[1].GetString()!),
            "userid-group" => new PermissionCheck.UserGroup(Strings(check[1]), Option(check, "groups_param")),
            "perm-modify" => new PermissionCheck.ModifyPermissions(check[1].GetString()!),
            _ => throw new ProxmoxProtocolException($"The schema has the unknown permission check '{kind}'."),
        };
    }

    private static List<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(static item => item.GetString()!)];

    /// <summary>Finds the value behind a name among the trailing name/value pairs; a name without a value counts as given.</summary>
    private static string? Option(JsonElement check, string name)
    {
        int length = check.GetArrayLength();
        for (int i = 1; i < length; i++)
        {
            if (check[i].ValueKind == JsonValueKind.String && check[i].GetString() == name)
            {
                return i + 1 < length ? check[i + 1].ToString() : "";
            }
        }

        return null;
    }
}
