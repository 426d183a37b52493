using System.Text.Json;

namespace ProxSharp.Schema;

/// <summary>Reads the privileges that a server publishes for an endpoint. A check of a kind that is not known counts as a further rule.</summary>
internal static class ServerPermissions
{
    public static ApiPermission Read(JsonElement permissions)
    {
        if (permissions.ValueKind != JsonValueKind.Object)
        {
            return new ApiPermission(ApiAudience.Root, null, HasFurtherRule: false);
        }

        JsonElement check = LooseJson.Member(permissions, "check");
        bool isReadable = IsReadable(check);
        bool hasProse = LooseJson.Text(permissions, "description") is not null;
        return new ApiPermission(
            ReadAudience(LooseJson.Text(permissions, "user")),
            isReadable ? PermissionReader.ReadCheck(check) : null,
            hasProse || (!isReadable && check.ValueKind != JsonValueKind.Undefined));
    }

    private static ApiAudience ReadAudience(string? user) => user switch
    {
        null or "all" => ApiAudience.Authenticated,
        "world" => ApiAudience.World,
        _ => ApiAudience.Root,
    };

    private static bool IsReadable(JsonElement check)
    {
        if (check.ValueKind != JsonValueKind.Array || check.GetArrayLength() < 2)
        {
            return false;
        }

        JsonElement first = check[1];
        return LooseJson.Scalar(check[0]) switch
        {
            "and" or "or" => check.EnumerateArray().Skip(1).All(IsReadable),
            "perm" => check.GetArrayLength() > 2 && first.ValueKind == JsonValueKind.String && IsTexts(check[2]),
            "userid-group" => IsTexts(first),
            "userid-param" or "perm-modify" => first.ValueKind == JsonValueKind.String,
            _ => false,
        };
    }

    private static bool IsTexts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String);
}
