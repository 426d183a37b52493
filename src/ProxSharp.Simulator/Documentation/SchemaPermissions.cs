using System.Text.Json;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Documentation;

/// <summary>Writes who may call an endpoint: the member <c>permissions</c>, which is absent where only root may.</summary>
internal static class SchemaPermissions
{
    private const string FurtherRule = "The server checks more than is declared here.";

    /// <summary>Writes the member.</summary>
    public static void Write(Utf8JsonWriter json, ApiPermission permission)
    {
        if (permission is { Audience: ApiAudience.Root, Check: null, HasFurtherRule: false })
        {
            return;
        }

        json.WriteStartObject("permissions");
        if (permission.Check is { } check)
        {
            json.WritePropertyName("check");
            Write(json, check);
        }

        if (permission.HasFurtherRule)
        {
            json.WriteString("description", FurtherRule);
        }

        string? user = permission.Audience switch
        {
            ApiAudience.World => "world",
            ApiAudience.Root => "root@pam",
            _ => permission.Check is null ? "all" : null,
        };
        if (user is not null)
        {
            json.WriteString("user", user);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PermissionCheck check)
    {
        json.WriteStartArray();
        switch (check)
        {
            case PermissionCheck.All all:
                Join(json, "and", all.Checks);
                break;
            case PermissionCheck.AnyOf any:
                Join(json, "or", any.Checks);
                break;
            case PermissionCheck.Privilege privilege:
                json.WriteStringValue("perm");
                json.WriteStringValue(privilege.Path);
                Texts(json, privilege.Privileges);
                Option(json, "any", privilege.Any ? "1" : null);
                Option(json, "require_param", privilege.RequireParameter);
                break;
            case PermissionCheck.UserParameter parameter:
                json.WriteStringValue("userid-param");
                json.WriteStringValue(parameter.Kind);
                break;
            case PermissionCheck.UserGroup group:
                json.WriteStringValue("userid-group");
                Texts(json, group.Privileges);
                Option(json, "groups_param", group.GroupsParameter);
                break;
            case PermissionCheck.ModifyPermissions modify:
                json.WriteStringValue("perm-modify");
                json.WriteStringValue(modify.Path);
                break;
            default:
                throw new InvalidOperationException($"The check {check} has no spelling.");
        }

        json.WriteEndArray();
    }

    private static void Join(Utf8JsonWriter json, string word, IReadOnlyList<PermissionCheck> checks)
    {
        json.WriteStringValue(word);
        foreach (PermissionCheck check in checks)
        {
            Write(json, check);
        }
    }

    private static void Texts(Utf8JsonWriter json, IReadOnlyList<string> values)
    {
        json.WriteStartArray();
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Option(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteStringValue(name);
            if (value.Length > 0)
            {
                json.WriteStringValue(value);
            }
        }
    }
}
