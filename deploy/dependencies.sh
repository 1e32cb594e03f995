# What is restored, from whom, under which licence, and what is known against it. A part of ./oim, which reads it.

# One line a package: name, version, "product" or "tests".
restored_packages() {
  dotnet list "$root/OrleansIM.sln" package --include-transitive --format json | awk -F'"' '
    $2 == "path" { where = index($4, "/tests/") || index($4, "/samples/") ? "tests" : "product" }
    $2 == "id" { id = $4 }
    $2 == "resolvedVersion" { key = id " " $4; if (where == "product" || !(key in found)) found[key] = where }
    END { for (key in found) print key, found[key] }' | LC_ALL=C sort -f
}

# The licence a package says it has, as SPDX calls it; its address, where it says no more than that.
licence_of() {
  local folder spec="" text
  for folder in "${NUGET_PACKAGES:-$HOME/.nuget/packages}" "${ORLEANSIM_PACKAGES:-$HOME/.orleansim/packages}/../packages-cache"; do
    [ -n "$spec" ] || spec=$(find "$folder/$(lower "$1")/$(lower "$2")" -maxdepth 1 -iname '*.nuspec' 2>/dev/null | head -1)
  done
  [ -n "$spec" ] || { echo unknown; return; }
  text=$(tr -d '\r\n' <"$spec")
  case "$text" in
    *'<license type="expression">'*) sed 's:.*<license type="expression">\([^<]*\)</license>.*:\1:' <<<"$text" ;;
    *'<license type="file">'*)
      if grep -qi 'MIT License' "$(dirname "$spec")/$(sed 's:.*<license type="file">\([^<]*\)</license>.*:\1:' <<<"$text")"; then echo MIT; else echo "a file in it"; fi ;;
    *licenses/MIT*|*dotnet/*LICENSE.TXT*) echo MIT ;;
    # What Microsoft called its licence of .NET libraries before it was MIT's by name.
    *'fwlink/?LinkId=329770'*) echo MIT ;;
    *xunit/xunit*|*licenses/LICENSE-2.0*) echo Apache-2.0 ;;
    *'<licenseUrl>'*) sed 's:.*<licenseUrl>\([^<]*\)</licenseUrl>.*:[its own](\1):' <<<"$text" ;;
    *) echo unknown ;;
  esac
}

# The npm packages of the tests; nothing where they are not installed.
npm_licences() {
  local package name licence
  for package in "${npm_packages[@]}"; do
    name=${package%@*}
    licence=$(sed -n 's/^ *"license": *"\([^"]*\)".*/\1/p' "$root/artifacts/npm/node_modules/$name/package.json" 2>/dev/null | head -1)
    [ -z "$licence" ] || printf '| npm: %s | %s | %s | tests |\n' "$name" "${package##*@}" "$licence"
  done
}

list_licences() {
  restored_packages | while read -r id version where; do
    printf '| %s | %s | %s | %s |\n' "$id" "$version" "$(licence_of "$id" "$version")" "$where"
  done
  npm_licences
}

# Writes docs/licenses.md anew: everything that the engine Orleans restores, which is all there is.
write_licences() {
  choose_engine
  [ "$(chosen Engine)" = Orleans ] || fail "licenses: the list is of the engine Orleans; $(chosen EngineReason)."
  install_npm_packages
  {
    cat <<'END'
# Dependencies and their licences

Every package that this repository restores, with the version and the licence it says it has. `./oim licenses` writes it; `./oim check` fails when something else is restored, so a version that has moved is seen. Direct versions are pinned in [Directory.Packages.props](../Directory.Packages.props), and a restore takes the lowest versions that fit those, or fails. What tests alone use is not shipped; what goes to browsers has no dependency, but for the pages of Orleans' dashboard, for operators, which has its own within its package.

| package | version | licence | in |
|---|---|---|---|
END
    list_licences
  } >"$root/docs/licenses.md.new"
  mv "$root/docs/licenses.md.new" "$root/docs/licenses.md"
}

# What is restored is on the list. With another engine, or without npm's packages, less is restored, and that is fine.
check_licences() {
  local found
  found=$(list_licences | grep -vxFf "$root/docs/licenses.md" || true)
  [ -z "$found" ] && return 0
  echo "not in docs/licenses.md (./oim licenses writes it anew, after a look at what is new):"
  echo "$found"
  return 1
}

# Advisories, where the registries can tell.
check_vulnerabilities() {
  local status=0 said folder
  if said=$(dotnet list "$root/OrleansIM.sln" package --vulnerable --include-transitive 2>&1); then
    if grep -q 'has the following vulnerable packages' <<<"$said"; then
      grep -E 'has the following vulnerable packages|^ *>' <<<"$said"
      status=1
    fi
  else
    echo "skipped for NuGet: the package source cannot tell"
  fi

  folder=$(mktemp -d)
  printf '{"name":"tests","version":"0.0.0","private":true,"dependencies":{%s}}\n' \
    "$(for package in "${npm_packages[@]}"; do printf '"%s":"%s",' "${package%@*}" "${package##*@}"; done | sed 's/,$//')" >"$folder/package.json"
  if has_command npm && npm install --prefix "$folder" --package-lock-only --ignore-scripts --no-fund --no-audit --loglevel error >/dev/null 2>&1 &&
    said=$(npm audit --prefix "$folder" --json 2>/dev/null || true) && grep -q '"auditReportVersion"' <<<"$said"; then
    if ! npm audit --prefix "$folder" >/dev/null 2>&1; then
      npm audit --prefix "$folder" || true
      status=1
    fi
  else
    echo "skipped for npm: the registry cannot tell"
  fi
  rm -rf "$folder"
  return "$status"
}
