using System.Text;
using ProxSharp.Schema;
using ProxSharp.Simulator.Access;

namespace ProxSharp.Simulator.Calls;

/// <summary>Evaluates the permission expressions of a schema.</summary>
internal sealed class PermissionGate(AccessDirectory directory, PermissionEvaluator evaluator, Func<string?, ApiFault> refusal)
{
    /// <summary>Lets the call pass or throws.</summary>
    /// <exception cref="ApiFault">The caller may not make the call (403).</exception>
    public void Enforce(ApiCall call)
    {
        if (call.Endpoint.Permission.Audience == ApiAudience.World || call.Caller.IsRoot)
        {
            return;
        }

        if (call.Endpoint.Permission.Check is { } check)
        {
            Evaluate(check, call, isNested: false);
        }
        else if (call.Endpoint.Permission.Audience == ApiAudience.Root)
        {
            throw refusal("user != root@pam");
        }
    }

    /// <summary>Demands privileges on a path, as handlers do for rules the schema only describes.</summary>
    public void Demand(Principal caller, string path, params string[] privileges)
    {
        if (!privileges.All(privilege => evaluator.Has(caller, path, privilege)))
        {
            throw refusal($"{path}, {string.Join(',', privileges)}");
        }
    }

    public bool Allows(Principal caller, string path, params ReadOnlySpan<string> anyOf) => evaluator.HasAny(caller, path, anyOf);

    private bool Evaluate(PermissionCheck check, ApiCall call, bool isNested)
    {
        (bool passed, string? detail) = check switch
        {
            PermissionCheck.All all => (all.Checks.All(inner => Evaluate(inner, call, isNested)), null),

            // Proxmox: which branch of an alternative failed is never told.
            PermissionCheck.AnyOf any => (any.Checks.Any(inner => Evaluate(inner, call, isNested: true)), null),
            PermissionCheck.Privilege privilege => CheckPrivilege(privilege, call),
            PermissionCheck.UserParameter user => CheckUser(user, call),
            PermissionCheck.UserGroup group => CheckGroup(group, call),
            PermissionCheck.ModifyPermissions modify => CheckModify(modify, call),
            _ => throw new InvalidOperationException($"Unknown permission check {check.GetType().Name}."),
        };
        return passed || isNested ? passed : throw refusal(detail);
    }

    private (bool Passed, string? Detail) CheckPrivilege(PermissionCheck.Privilege check, ApiCall call)
    {
        if (check.RequireParameter is { Length: > 0 } parameter && !call.Has(parameter))
        {
            return (true, null);
        }

        string path = Fill(check.Path, call);
        bool passed = check.Any
            ? check.Privileges.Any(privilege => evaluator.Has(call.Caller, path, privilege))
            : check.Privileges.All(privilege => evaluator.Has(call.Caller, path, privilege));
        return (passed, $"{path}, {string.Join(check.Any ? '|' : ',', check.Privileges)}");
    }

    private (bool Passed, string? Detail) CheckUser(PermissionCheck.UserParameter check, ApiCall call)
    {
        string user = call.Text("userid") ?? "";
        if (check.Kind is "self" or "userid")
        {
            // Proxmox: PBS compares the whole name of the caller, so that a token is not its user.
            return (call.Caller.UserId == user && (check.Kind == "self" || call.Caller.TokenName is null), null);
        }

        string path = $"/access/realm/{user[(user.LastIndexOf('@') + 1)..]}";
        return (evaluator.Has(call.Caller, path, check.Kind), $"{path}, {check.Kind}");
    }

    private (bool Passed, string? Detail) CheckGroup(PermissionCheck.UserGroup check, ApiCall call)
    {
        bool HasOn(string path) => check.Privileges.Any(privilege => evaluator.Has(call.Caller, path, privilege));
        if (HasOn("/access/groups"))
        {
            return (true, null);
        }

        IReadOnlyList<string> wanted = call.Items("groups");
        if (check.GroupsParameter is not null && wanted.Count > 0 && !wanted.All(group => HasOn($"/access/groups/{group}")))
        {
            return (false, $"/access/groups, {string.Join('|', check.Privileges)}");
        }

        if (check.GroupsParameter == "create")
        {
            return (wanted.Count > 0, $"/access/groups, {string.Join('|', check.Privileges)}");
        }

        AccessUser? user = directory.Users.GetValueOrDefault(call.Text("userid") ?? "");
        return (user?.Groups.Any(group => HasOn($"/access/groups/{group}")) == true, $"/access/groups, {string.Join('|', check.Privileges)}");
    }

    private (bool Passed, string? Detail) CheckModify(PermissionCheck.ModifyPermissions check, ApiCall call)
    {
        string path = Fill(check.Path, call);
        string privilege = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["storage", _, ..] => "Datastore.Allocate",
            ["vms", _, ..] => "VM.Allocate",
            ["pool", _, ..] => "Pool.Allocate",
            _ => "Permissions.Modify",
        };
        return (evaluator.HasAny(call.Caller, path, "Permissions.Modify", privilege), $"{path}, Permissions.Modify");
    }

    private static string Fill(string template, ApiCall call)
    {
        StringBuilder filled = new(template.Length + 16);
        int from = 0;
        for (int open = template.IndexOf('{', StringComparison.Ordinal); open >= 0; open = template.IndexOf('{', from))
        {
            int close = template.IndexOf('}', open);
            filled.Append(template, from, open - from).Append(call.Text(template[(open + 1)..close]) ?? "");
            from = close + 1;
        }

        filled.Append(template, from, template.Length - from);
        string path = string.Join('/', filled.ToString().Split('/', StringSplitOptions.RemoveEmptyEntries));
        return "/" + path;
    }
}
